/**
 * Every set of documents that types are proved on: the real data beside the repository, where it is,
 * and the project's own.
 *
 * @module
 */
import { EJSON, serialize } from "bson";
import { fromFileUrl } from "@std/path";
import { documentLength, type Namespace } from "../../src/core/mod.ts";
import { sampleOrders } from "../../scripts/_sample.ts";
import { everyTypeDocuments } from "../fixtures/every_type.ts";

/** Documents of one collection. */
export interface DataSet {
  /** What it is called in tables: the path of its file without extensions. */
  readonly name: string;
  /** The collection. */
  readonly namespace: Namespace;
  /** Its documents as raw BSON. */
  readonly documents: Uint8Array[];
}

const SHARED = fromFileUrl(new URL("../../../shared/data/", import.meta.url));

/** Files of real data, and what collection they are. */
const FOLDERS = [
  { folder: "bson", end: ".bson.gz", db: "" },
  { folder: "dump-gzip/demo", end: ".bson.gz", db: "demo" },
  { folder: "dump-plain/demo", end: ".bson", db: "demo" },
  { folder: "json", end: ".json.gz", db: "json" },
  { folder: "json", end: ".json", db: "json" },
] as const;

/**
 * Reads all sets. Says so on standard error where the real data is absent.
 *
 * @returns The sets that have a document at least, always in the same order.
 */
export async function dataSets(): Promise<DataSet[]> {
  const sets: DataSet[] = [];
  for (const { folder, end, db } of FOLDERS) {
    for (const file of await filesOf(`${SHARED}${folder}`, end)) {
      const name = file.slice(0, -end.length);
      const bytes = await readWhole(`${SHARED}${folder}/${file}`);
      const documents = end.startsWith(".bson") ? splitBson(bytes) : splitJson(bytes);
      if (documents.length === 0) continue;
      sets.push({ name: `${folder}/${name}`, namespace: namespaceOf(db, name), documents });
    }
  }
  if (sets.length === 0) {
    const line =
      "the real data in ../shared/data is absent: only the project's own sets are used\n";
    await Deno.stderr.write(new TextEncoder().encode(line));
  }
  sets.push({
    name: "own/orders",
    namespace: { db: "shop", collection: "orders" },
    documents: (await sampleOrders()).map((order) => new Uint8Array(serialize(order))),
  }, {
    name: "own/every type",
    namespace: { db: "own", collection: "every_type" },
    documents: everyTypeDocuments().filter(({ invalidText }) => !invalidText)
      .map(({ bytes }) => bytes),
  });
  return sets;
}

async function filesOf(folder: string, end: string): Promise<string[]> {
  try {
    const files: string[] = [];
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(end) && !name.includes(".metadata.")) files.push(name);
    }
    return files.sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  const bytes = await Deno.readFile(path);
  if (!path.endsWith(".gz")) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function splitBson(bytes: Uint8Array): Uint8Array[] {
  const documents: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = documentLength(bytes, at);
    documents.push(bytes.slice(at, at + length));
    at += length;
  }
  return documents;
}

/** One document a line, in canonical, relaxed or legacy Extended JSON. */
function splitJson(bytes: Uint8Array): Uint8Array[] {
  return new TextDecoder().decode(bytes).split("\n").filter((line) => line.trim() !== "")
    .map((line) => new Uint8Array(serialize(EJSON.parse(line, { relaxed: false }))));
}

/** `demo` and `with+space`: names are escaped in files as in the query of an address. */
function namespaceOf(db: string, name: string): Namespace {
  const plain = decodeURIComponent(name.replaceAll("+", " "));
  const dot = plain.indexOf(".");
  if (db !== "" || dot < 0) return { db: db === "" ? "twitter" : db, collection: plain };
  return { db: plain.slice(0, dot), collection: plain.slice(dot + 1) };
}
