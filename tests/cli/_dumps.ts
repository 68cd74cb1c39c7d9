// Dumps and archives made by hand, for what the command line says of good ones and bad ones.
import { serialize } from "bson";
import { end, head, joined, segment, TERMINATOR } from "../unit/connectors/archive/_archives.ts";

const NAMESPACE = { db: "shop", collection: "orders" };

/** The documents of `shop.orders`. */
export const ORDERS: readonly Uint8Array[] = Array.from(
  { length: 50 },
  (_, n) => new Uint8Array(serialize({ _id: n, total: n + 0.5, tags: ["a"] })),
);

/** Metadata of `shop.orders`: an index and options. */
export const METADATA =
  '{"options":{"validator":{"total":{"$gte":{"$numberInt":"0"}}}},"indexes":[{"v":{"$numberInt":"2"},' +
  '"key":{"_id":{"$numberInt":"1"}},"name":"_id_"},{"v":{"$numberInt":"2"},"key":{"total":' +
  '{"$numberInt":"-1"}},"name":"total_-1","unique":true}],' +
  '"uuid":"b083c5fcf3a54d8aa1b2c3d4e5f60718","collectionName":"orders","type":"collection"}';

const VIEW = '{"options":{"viewOn":"orders","pipeline":[]},"indexes":[],"collectionName":"all",' +
  '"type":"view"}';

/** The files of a dump, by their paths in it. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A whole dump: a collection and a view on it. */
export const DUMP: Files = {
  "prelude.json": '{"ServerVersion":"8.0.1","ToolVersion":"100.18.0"}',
  "shop/orders.bson": joined(ORDERS),
  "shop/orders.metadata.json": METADATA,
  "shop/all.metadata.json": VIEW,
};

/** The same without some of its files. */
export function without(files: Files, ...paths: readonly string[]): Files {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !paths.includes(path)));
}

/** Writes files. */
export async function makeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(path, bytes);
  }
}

/** All files below a folder, by their paths in it, with their sizes. */
export async function filesBelow(folder: string): Promise<Record<string, number>> {
  const found: [string, number][] = [];
  const walk = async (at: string, prefix: string) => {
    for await (const { name, isDirectory } of Deno.readDir(at)) {
      if (isDirectory) await walk(`${at}/${name}`, `${prefix}${name}/`);
      else found.push([prefix + name, (await Deno.stat(`${at}/${name}`)).size]);
    }
  };
  await walk(folder, "");
  return Object.fromEntries(found.sort());
}

/** Bytes of the archive behind the documents: the end of the collection. */
export const ARCHIVE_END: Uint8Array = end(NAMESPACE, ORDERS);

/** The same as an archive. */
export const ARCHIVE: Uint8Array<ArrayBuffer> = joined([
  head([
    { ...NAMESPACE, metadata: METADATA, type: "collection" },
    { db: "shop", collection: "all", metadata: VIEW, type: "view" },
  ]),
  segment(NAMESPACE, ORDERS),
  ARCHIVE_END,
  segment({ db: "shop", collection: "all" }, []),
  end({ db: "shop", collection: "all" }, []),
]);

/** Where the documents of the archive end: at their terminator. */
export const DOCUMENTS_END: number = ARCHIVE.length -
  joined([
    TERMINATOR,
    ARCHIVE_END,
    segment({ db: "shop", collection: "all" }, []),
    end({ db: "shop", collection: "all" }, []),
  ]).length;
