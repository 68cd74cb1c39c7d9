import { serialize } from "bson";
import { type Db, MongoClient } from "mongodb";
import {
  type MongoServer,
  NoServerError,
  startMongoServer,
} from "../../../scripts/mongodb_server.ts";
import { probeSequence } from "../../../src/connectors/mongodb/_document_sequence.ts";
import type { GeneratorJudge } from "../../../src/testing/generators.ts";
import { type BsonSchema, mismatchOf, problemOf } from "./_bson_schema.ts";

/** Bytes of documents that are sent at once. */
const CHUNK = 8 * 1024 * 1024;

/** A judge that tells what a server says and what its documentation says apart. */
export interface ValidatorJudge extends GeneratorJudge {
  /** The server, in words; `undefined` if there is none. */
  readonly server: string | undefined;
  /** Documents of which the server said something else than the documentation would have it. */
  readonly differences: readonly string[];
}

/**
 * Judges validators: a server sets them, and says which documents they refuse. Without a server, which
 * is said, they are held to what its documentation says.
 */
export async function judge(): Promise<ValidatorJudge> {
  const server = await start();
  const client = server && new MongoClient(server.uri);
  const db = client?.db(`datahood_judge_${crypto.randomUUID().slice(0, 8)}`);
  const differences: string[] = [];
  return {
    kind: "mongodb-validator",
    server: server?.how,
    differences,
    async compile(texts) {
      const problems: (string | undefined)[] = [];
      for (const text of texts) problems.push(await compile(text, db));
      return problems;
    },
    async accept(text, _model, documents) {
      const [schema] = schemasOf(text);
      const reasons = documents.map((bytes) => mismatchOf(schema!, bytes));
      if (client === undefined || documents.length === 0) return reasons;
      const said = await refusedBy(client, db!, schema!, documents);
      return reasons.map((reason, i) => {
        const refused = said[i];
        if (refused === undefined || refused === (reason !== undefined)) return reason;
        differences.push(
          refused ? `document ${i} is refused` : `document ${i} is taken: ${reason}`,
        );
        return refused ? "refused by the server" : undefined;
      });
    },
    async [Symbol.asyncDispose]() {
      await db?.dropDatabase();
      await client?.close();
      await server?.stop();
    },
  };
}

async function start(): Promise<MongoServer | undefined> {
  try {
    return await startMongoServer();
  } catch (error) {
    if (!(error instanceof NoServerError)) throw error;
    if (Deno.env.get("RUN_INTEGRATION") === "1") throw error;
    const line = `validators are not judged by a server: ${error.message}\n`;
    await Deno.stderr.write(new TextEncoder().encode(line));
    return undefined;
  }
}

/** The schemas in a text: a validator, a command, commands, or validators by collection. */
export function schemasOf(text: string): BsonSchema[] {
  const json: Record<string, unknown> = JSON.parse(text);
  const one = (value: unknown): BsonSchema => {
    const { collMod, validator } = value as Record<string, unknown>;
    const { $jsonSchema } = (collMod === undefined ? value : validator) as Record<string, unknown>;
    return $jsonSchema as BsonSchema;
  };
  if (Array.isArray(json)) return json.map(one);
  return "$jsonSchema" in json || "collMod" in json ? [one(json)] : Object.values(json).map(one);
}

async function compile(text: string, db: Db | undefined): Promise<string | undefined> {
  try {
    for (const schema of schemasOf(text)) {
      const problem = problemOf(schema);
      if (problem !== undefined) return problem;
      if (db === undefined) continue;
      await db.createCollection("compiled", { validator: { $jsonSchema: schema } });
      await db.command({ collMod: "compiled", validator: { $jsonSchema: schema } });
      await db.dropCollection("compiled");
    }
    return undefined;
  } catch (error) {
    await db?.dropCollection("compiled").catch(() => {});
    return (error as Error).message;
  }
}

/**
 * Which documents the server refuses; `undefined` for those that it does not store, or stores as others.
 * They are put into another one, for it allows less in the document itself than below it.
 */
async function refusedBy(
  client: MongoClient,
  db: Db,
  schema: BsonSchema,
  documents: readonly Uint8Array[],
): Promise<(boolean | undefined)[]> {
  await client.connect();
  const sequence = await probeSequence(client);
  if (!("make" in sequence)) throw new Error(`no raw documents can be sent: ${sequence.missing}`);
  const name = `documents_${crypto.randomUUID().slice(0, 8)}`;
  const collection = db.collection<{ _id: number }>(name);
  const sent = documents.map((document, i) => wrapped(i, document));
  const insert = (some: readonly Uint8Array[]) =>
    db.command({
      insert: name,
      documents: sequence.make("documents", joined(some)),
      ordered: false,
    });
  for (const some of chunks(sent)) {
    // One that the server cannot read fails all that came with it.
    await insert(some).catch(async () => {
      for (const one of some) await insert([one]).catch(() => {});
    });
  }
  const keepsReferences = await takesReferencesAsObjects(db);
  const result: (boolean | undefined)[] = documents.map(() => undefined);
  for await (const stored of collection.find({}, { raw: true })) {
    const bytes = stored as unknown as Uint8Array;
    const id = new DataView(bytes.buffer, bytes.byteOffset).getInt32(9, true);
    if (!same(bytes, sent[id]!)) continue;
    if (keepsReferences || !holdsReference(bytes)) result[id] = false;
  }
  const rule = { $jsonSchema: { required: ["d"], properties: { d: schema } } };
  const refused = collection.find({ $nor: [rule] }, { projection: { _id: 1 } });
  for await (const { _id } of refused) if (result[_id] === false) result[_id] = true;
  await db.dropCollection(name);
  return result;
}

/** Whether `{$ref, $id}` is an object to the server, as it is to MongoDB; SecantusDB has a class for it. */
async function takesReferencesAsObjects(db: Db): Promise<boolean> {
  const name = `references_${crypto.randomUUID().slice(0, 8)}`;
  await db.collection(name).insertOne({ r: { $ref: "a", $id: 1 } });
  const count = await db.collection(name).countDocuments({ r: { $type: "object" } });
  await db.dropCollection(name);
  return count === 1;
}

function holdsReference(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes).includes("\x02$ref\0");
}

function* chunks(documents: readonly Uint8Array[]): Generator<Uint8Array[]> {
  let chunk: Uint8Array[] = [];
  let length = 0;
  for (const document of documents) {
    chunk.push(document);
    length += document.length;
    if (length < CHUNK && chunk.length < 10_000) continue;
    yield chunk;
    chunk = [];
    length = 0;
  }
  if (chunk.length > 0) yield chunk;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

/** `{_id: i, d: document}` */
function wrapped(i: number, document: Uint8Array): Uint8Array {
  const outer = serialize({ _id: i, d: {} });
  const bytes = new Uint8Array(outer.length - 5 + document.length);
  bytes.set(outer.subarray(0, outer.length - 6));
  bytes.set(document, outer.length - 6);
  new DataView(bytes.buffer).setInt32(0, bytes.length, true);
  return bytes;
}
