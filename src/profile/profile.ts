import {
  DataError,
  documentLength,
  type Namespace,
  type RawBatch,
  UsageError,
} from "../core/mod.ts";
import { trimAll } from "./fold.ts";
import { mergeObject } from "./merge.ts";
import { ObjectNode } from "./node.ts";
import { CorruptDocument } from "./_value_end.ts";
import { Scanner } from "./scan.ts";

/**
 * Which values a profile keeps: none, not even `_id`s; few and short ones that are not someone's own,
 * for enums; or those too that look personal.
 */
export type ValuesMode = "none" | "enums" | "all";

/** What a profile is made with. */
export interface ProfileOptions {
  /** Which values are kept. Default `enums`. */
  readonly values?: ValuesMode;
}

/**
 * What documents are like: for each path how often it is there, with values of which kinds, and what
 * they are like. Made from raw BSON in one pass, in bounded memory ({@linkcode CAPS}).
 *
 * The profile of two sets of documents is the {@linkcode Profile.merge} of theirs, byte for byte
 * when saved, whatever the order of documents.
 *
 * @example
 * ```ts
 * import { Profile } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const profile = new Profile();
 * profile.addDocument(serialize({ name: "Ada" }));
 * profile.addDocument(serialize({ name: "Bob", age: 7 }));
 * assertEquals(profile.documents, 2);
 * ```
 */
export class Profile {
  /** Which values it keeps. */
  readonly values: ValuesMode;
  readonly #root: ObjectNode = new ObjectNode();
  /** Whether objects may be above the caps, as they are allowed to be while documents come. */
  #crowded = false;
  /** Bytes of all documents. */
  bytes = 0;
  readonly #scanner: Scanner;

  /**
   * Creates a profile of nothing.
   *
   * @param options Which values to keep.
   */
  constructor(options: ProfileOptions = {}) {
    this.values = options.values ?? "enums";
    this.#scanner = new Scanner(this.values !== "none", this.values === "enums");
  }

  /** The node of documents, with all nodes under the caps. */
  get root(): ObjectNode {
    if (this.#crowded) trimAll(this.#root);
    this.#crowded = false;
    return this.#root;
  }

  /** How many documents were looked at. */
  get documents(): number {
    return this.#root.count;
  }

  /**
   * Looks at all documents of a batch.
   *
   * @param batch The batch; its buffer is not kept.
   * @throws {DataError} If a document is not BSON inside, with its index and the offset in it. What
   * stands before that offset is counted then, so the profile is of no more use.
   */
  addBatch(batch: RawBatch): void {
    const { buffer, starts, firstIndex } = batch;
    this.#scanner.use(buffer);
    for (let i = 0; i < starts.length; i++) {
      const start = starts[i]!;
      this.#add(start, start + documentLength(buffer, start), firstIndex + i);
    }
    this.#scanner.release();
  }

  /**
   * Looks at one document.
   *
   * @param bytes The document as BSON.
   * @throws {DataError} If it is not BSON inside, with the offset. What stands before it is counted
   * then, so the profile is of no more use.
   */
  addDocument(bytes: Uint8Array): void {
    this.#scanner.use(bytes);
    this.#add(0, bytes.length, this.documents);
    this.#scanner.release();
  }

  #add(start: number, end: number, index: number): void {
    this.#crowded = true;
    try {
      this.#scanner.document(this.#root, start, end);
    } catch (error) {
      if (!(error instanceof CorruptDocument)) throw error;
      const offset = error.at - start;
      throw new DataError(
        `Cannot read document ${index}: ${error.message}, at byte ${offset} of it`,
        { index, offset, stage: "source" },
      );
    }
    this.bytes += end - start;
  }

  /**
   * Adds what another profile saw.
   *
   * @param other The other; it stays as it is.
   * @throws {UsageError} If it keeps other values.
   */
  merge(other: Profile): void {
    if (other.values !== this.values) {
      throw new UsageError(
        `Cannot merge profiles: one keeps "${this.values}" of the values, the other "${other.values}"`,
        { hint: "make both with the same --values" },
      );
    }
    mergeObject(this.#root, other.root);
    this.bytes += other.bytes;
  }
}

/** The profile of a collection, and what was read for it. */
export interface ProfiledCollection {
  /** The collection. */
  readonly namespace: Namespace;
  /** What its documents are like. */
  readonly profile: Profile;
  /** How many documents it has, where only a sample was read. */
  readonly of?: number;
}
