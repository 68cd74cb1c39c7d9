import type { Namespace, PermissionNeed, Source, Target } from "../../core/mod.ts";
import { fileReadNeeds, fileWriteNeeds, parseCompression } from "../../io/mod.ts";
import { BaseConnector } from "../base.ts";
import { metadataNeeds } from "./_metadata.ts";
import { bsonSource } from "./_source.ts";
import { bsonTarget } from "./_target.ts";
import { fileNamespace } from "./namespace.ts";

/** What a {@linkcode BsonConnector} is made with. */
export interface BsonConnectorOptions {
  /** The file; `-` is standard input or output. */
  readonly path: string;
  /**
   * How to compress what is written: `none`, `gzip`, `gzip:1` to `gzip:9`, `zstd`, `zstd:1` to
   * `zstd:22`. By default the extension decides. What is read is told by its content.
   */
  readonly compress?: string;
  /**
   * Whether options and indexes are read from the metadata that `mongodump` puts beside the file:
   * `orders.metadata.json` beside `orders.bson`. Default `false`: the documents alone.
   */
  readonly metadata?: boolean;
  /** The collection it stands for; {@linkcode fileNamespace} of the path by default. */
  readonly namespace?: Namespace;
}

/**
 * A file of BSON documents, one after another, as `mongodump` writes a collection; plain, gzip or
 * zstd. Documents are never decoded on the way: every byte of one survives.
 *
 * @example
 * ```ts
 * import { BsonConnector } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/people.bson.gz`;
 * await using file = new BsonConnector({ path });
 * await file.loadData([{ _id: 1, name: "Ada" }]);
 * assertEquals(await Array.fromAsync(file.extractData()), [{ _id: 1, name: "Ada" }]);
 * ```
 */
export class BsonConnector extends BaseConnector {
  /** Always `bson`. */
  override readonly kind = "bson";
  /** The path, as it was given. */
  override readonly display: string;
  /** Reads the file. */
  override readonly source: Source;
  /** Writes the file. */
  override readonly target: Target;
  readonly #path: string;
  readonly #metadata: boolean;

  /**
   * Makes the connector; opens nothing.
   *
   * @param options Which file, and how to write it.
   * @throws {UsageError} If the compression is none that is known.
   */
  constructor(options: BsonConnectorOptions) {
    super();
    const { path, compress, metadata = false, namespace = fileNamespace(path) } = options;
    parseCompression(compress, path);
    this.display = path;
    this.#path = path;
    this.#metadata = metadata;
    this.source = bsonSource(path, namespace, metadata);
    this.target = bsonTarget(path, namespace, compress);
  }

  /**
   * What it needs to be allowed: the file, its metadata if that is read, and its part file if it is
   * written.
   *
   * @param role Which end it will be; both by default.
   * @returns The needs.
   */
  override permissions(role?: "source" | "target"): readonly PermissionNeed[] {
    return [
      ...(role === "target" ? [] : fileReadNeeds(this.#path)),
      ...(role === "target" || !this.#metadata ? [] : metadataNeeds(this.#path)),
      ...(role === "source" ? [] : fileWriteNeeds(this.#path)),
    ];
  }
}
