import {
  type CheckOptions,
  IoError,
  type OpenOptions,
  type PermissionNeed,
  type Source,
  type Target,
  UsageError,
  type Writer,
} from "../../core/mod.ts";
import {
  folderEntries,
  folderReadNeeds,
  folderWriteNeeds,
  parseCompression,
} from "../../io/mod.ts";
import type { DumpSelection } from "../../mongodump/mod.ts";
import { BaseConnector } from "../base.ts";
import { DumpSource } from "./_source.ts";
import { DumpWriter } from "./_writer.ts";
import { refuseName } from "../_dump_notes.ts";
import { refuseOpening } from "../_refuse_file.ts";

/** What a {@linkcode DumpConnector} is made with. */
export interface DumpConnectorOptions extends DumpSelection {
  /** The folder: with a folder for each database in it, or, to be read, one of these. */
  readonly path: string;
  /** How to compress what is written: `none` (default), `gzip`, `gzip:1` to `gzip:9`. */
  readonly compress?: string;
}

/**
 * A folder as `mongodump` writes it: for each collection its documents and its metadata (options and
 * indexes), and a prelude that is written last.
 *
 * @example
 * ```ts
 * import { BsonConnector, DumpConnector, transfer } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * await using people = new BsonConnector({
 *   path: `${folder}/people.bson`,
 *   namespace: { db: "shop", collection: "people" },
 * });
 * await people.loadData([{ _id: 1, name: "Ada" }]);
 *
 * await using dump = new DumpConnector({ path: `${folder}/dump`, compress: "gzip" });
 * await transfer(people, dump);
 * assertEquals(await Array.fromAsync(dump.extractData()), [{ _id: 1, name: "Ada" }]);
 * ```
 */
export class DumpConnector extends BaseConnector {
  /** Always `dump`. */
  override readonly kind = "dump";
  /** The path, as it was given. */
  override readonly display: string;
  /** Reads it. */
  override readonly source: Source;
  /** Writes it. */
  override readonly target: Target;
  readonly #path: string;
  readonly #read: DumpSource;

  /**
   * Makes the connector; opens nothing.
   *
   * @param options Which folder, and how to read or write it.
   * @throws {UsageError} If the compression is none that a dump can have.
   */
  constructor(options: DumpConnectorOptions) {
    super();
    const { path, compress = "none" } = options;
    const { name } = parseCompression(compress, path);
    if (name === "zstd") {
      throw new UsageError(`Cannot compress "${path}" with zstd: mongorestore reads gzip alone`, {
        hint: "--compress gzip, or an archive: shop.archive.zst",
      });
    }
    this.display = path;
    this.#path = path;
    this.source = this.#read = new DumpSource(path, options);
    this.target = {
      capabilities: {
        collections: "many",
        options: true,
        indexes: true,
        views: true,
        buckets: true,
        sequential: false,
        onConflict: ["report"],
        announced: true,
      },
      async check(namespaces, { overwrite = false }: CheckOptions = {}) {
        for (const namespace of namespaces) refuseName(namespace, path);
        await refuseFull(path, overwrite);
      },
      open: (open) => openDump(path, compress, open),
    };
  }

  /** Lets go: forgets what it knows of the files of the dump. */
  override disconnect(): Promise<void> {
    this.#read.forget();
    return Promise.resolve();
  }

  /**
   * What it needs to be allowed: the folder.
   *
   * @param role Which end it will be; both by default.
   * @returns The needs.
   */
  override permissions(role?: "source" | "target"): readonly PermissionNeed[] {
    return [
      ...(role === "target" ? [] : folderReadNeeds(this.#path)),
      ...(role === "source" ? [] : folderWriteNeeds(this.#path)),
    ];
  }
}

async function openDump(
  path: string,
  compress: string,
  options: OpenOptions = {},
): Promise<Writer> {
  const { overwrite = false, signal, origin = {}, collections = [] } = options;
  refuseOpening(path, options, "it is files");
  for (const { namespace } of collections) refuseName(namespace, path);
  await refuseFull(path, overwrite);
  return new DumpWriter({
    path,
    overwrite,
    compress,
    origin,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Refuses a folder with something in it. */
async function refuseFull(path: string, overwrite: boolean): Promise<void> {
  const there = await folderEntries(path, "target") ?? [];
  if (there.length === 0 || overwrite) return;
  throw new IoError(`Cannot write "${path}": the folder is not empty`, {
    stage: "target",
    hint: "--overwrite replaces in it the collections that are written, and nothing else",
  });
}
