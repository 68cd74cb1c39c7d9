import {
  type CheckOptions,
  type OpenOptions,
  type PermissionNeed,
  type Source,
  type Target,
  UsageError,
  type Writer,
} from "../../core/mod.ts";
import {
  checkByteSink,
  fileReadNeeds,
  fileWriteNeeds,
  openByteSink,
  parseCompression,
} from "../../io/mod.ts";
import type { DumpSelection } from "../../mongodump/mod.ts";
import { BaseConnector } from "../base.ts";
import { ArchiveSource } from "./_source.ts";
import { ArchiveWriter } from "./_writer.ts";
import { refuseOpening } from "../_refuse_file.ts";

/** What an {@linkcode ArchiveConnector} is made with. */
export interface ArchiveConnectorOptions extends DumpSelection {
  /** The file; `-` is standard input or output. */
  readonly path: string;
  /**
   * How to compress what is written: `none`, `gzip`, `gzip:1` to `gzip:9`, `zstd`, `zstd:1` to
   * `zstd:22`. By default the extension decides. What is read is told by its content.
   */
  readonly compress?: string;
}

/**
 * An archive as `mongodump --archive` writes it: many collections with their options and indexes in
 * one file; plain, gzip (as with `--gzip`) or zstd. Collections may be mixed in it, in segments; the
 * checksum of each is compared at its end.
 *
 * @example
 * ```ts
 * import { ArchiveConnector, BsonConnector, transfer } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * await using people = new BsonConnector({
 *   path: `${folder}/people.bson`,
 *   namespace: { db: "shop", collection: "people" },
 * });
 * await people.loadData([{ _id: 1, name: "Ada" }]);
 *
 * await using archive = new ArchiveConnector({ path: `${folder}/shop.archive.gz` });
 * await transfer(people, archive);
 * assertEquals(await Array.fromAsync(archive.extractData()), [{ _id: 1, name: "Ada" }]);
 * ```
 */
export class ArchiveConnector extends BaseConnector {
  /** Always `archive`. */
  override readonly kind = "archive";
  /** The path, as it was given. */
  override readonly display: string;
  /** Reads it. */
  override readonly source: Source;
  readonly #source: ArchiveSource;
  /** Writes it. */
  override readonly target: Target;
  readonly #path: string;

  /**
   * Makes the connector; opens nothing.
   *
   * @param options Which file, and how to read or write it.
   * @throws {UsageError} If the compression is none that is known.
   */
  constructor(options: ArchiveConnectorOptions) {
    super();
    const { path, compress } = options;
    parseCompression(compress, path);
    this.display = path;
    this.#path = path;
    this.source = this.#source = new ArchiveSource(path, options);
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
      check: (_namespaces, { overwrite }: CheckOptions = {}) => checkByteSink(path, overwrite),
      open: (open) => openArchive(path, compress, open),
    };
  }

  /** Lets go of standard input, if it was described and not read. */
  override async disconnect(): Promise<void> {
    await this.#source.close();
  }

  /**
   * What it needs to be allowed: the file, and its part file if it is written.
   *
   * @param role Which end it will be; both by default.
   * @returns The needs.
   */
  override permissions(role?: "source" | "target"): readonly PermissionNeed[] {
    return [
      ...(role === "target" ? [] : fileReadNeeds(this.#path)),
      ...(role === "source" ? [] : fileWriteNeeds(this.#path)),
    ];
  }
}

async function openArchive(
  path: string,
  compress: string | undefined,
  options: OpenOptions = {},
): Promise<Writer> {
  const { overwrite = false, signal, collections, origin } = options;
  refuseOpening(path, options, "it is a file");
  if (collections === undefined) {
    throw new UsageError(
      `Cannot write "${path}": an archive begins with the list of what is in it`,
      {
        hint: "say in OpenOptions.collections what will be written",
      },
    );
  }
  const sink = await openByteSink(path, {
    overwrite,
    ...(compress === undefined ? {} : { compress }),
    ...(signal === undefined ? {} : { signal }),
  });
  const writer = new ArchiveWriter(path, sink, origin?.serverVersion ?? "");
  try {
    await writer.head(collections, options.interleaved);
    return writer;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
