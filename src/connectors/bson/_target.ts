import { textField } from "../../bson/_text_field.ts";
import {
  type CheckOptions,
  type CollectionInfo,
  formatNamespace,
  type Issue,
  type Namespace,
  type OpenOptions,
  type Position,
  type RawBatch,
  type Target,
  UsageError,
  type Writer,
  type WriteResult,
} from "../../core/mod.ts";
import { type ByteSink, checkByteSink, openByteSink } from "../../io/mod.ts";
import { piecesOf, WrittenBatches } from "../_file_batches.ts";
import { refuseOpening } from "../_refuse_file.ts";

/** Writes one collection as one file. */
export function bsonTarget(
  path: string,
  namespace: Namespace,
  compress: string | undefined,
): Target {
  return {
    place: namespace,
    capabilities: {
      collections: "one",
      options: false,
      indexes: false,
      views: false,
      sequential: true,
      // Documents are put one behind another; whether two have one _id is not looked at.
      onConflict: ["report"],
    },
    check: (_namespaces, { overwrite }: CheckOptions = {}) => checkByteSink(path, overwrite),
    async open(options: OpenOptions = {}): Promise<Writer> {
      const { overwrite = false, signal } = options;
      refuseOpening(path, options, "it is a file");
      const sink = await openByteSink(path, {
        overwrite,
        ...(compress === undefined ? {} : { compress }),
        ...(signal === undefined ? {} : { signal }),
      });
      return new BsonWriter(path, sink);
    },
  };
}

class BsonWriter implements Writer {
  readonly #path: string;
  readonly #sink: ByteSink;
  readonly #written = new WrittenBatches();
  #namespace: Namespace | undefined;

  constructor(path: string, sink: ByteSink) {
    this.#path = path;
    this.#sink = sink;
  }

  begin(collection: CollectionInfo): Promise<readonly Issue[]> {
    const { namespace } = collection;
    const before = this.#namespace;
    if (before !== undefined && formatNamespace(before) !== formatNamespace(namespace)) {
      const names = `"${formatNamespace(before)}" and "${formatNamespace(namespace)}"`;
      return Promise.reject(
        new UsageError(
          `Cannot write ${names} to "${this.#path}": a BSON file holds one collection`,
        ),
      );
    }
    this.#namespace = namespace;
    return Promise.resolve(notCarried(collection));
  }

  async write(batch: RawBatch): Promise<WriteResult> {
    const before = this.#written.resultOf(batch);
    if (before !== undefined) return before;
    let bytes = 0;
    for (const piece of piecesOf(batch)) {
      await this.#sink.write(piece);
      bytes += piece.length;
    }
    return this.#written.add(batch, bytes);
  }

  end(): Promise<readonly Issue[]> {
    return Promise.resolve([]);
  }

  async sync(): Promise<Position> {
    const offset = await this.#sink.sync();
    return { v: 1, kind: "bson", offset, storedBytes: this.#sink.storedBytes };
  }

  commit(): Promise<void> {
    return this.#sink.commit();
  }

  abort(options: { readonly keepPartial?: boolean } = {}): Promise<void> {
    return this.#sink.abort(options);
  }
}

/** What of a collection a file of its documents has no room for. */
function notCarried({ namespace, type, options, indexes = [] }: CollectionInfo): Issue[] {
  const issues: Issue[] = [];
  const name = formatNamespace(namespace);
  if (options !== undefined && options.length > 5) {
    issues.push({
      code: "options-not-carried",
      message: type === "view"
        ? `"${name}" is a view: a BSON file holds its documents, not that it is a view`
        : `A BSON file does not keep the options that "${name}" was created with`,
      level: "info",
      namespace,
    });
  }
  const count = indexes.filter((index) => !isIdIndex(index)).length;
  if (count > 0) {
    issues.push({
      code: "indexes-not-carried",
      message: `A BSON file does not keep the ${count === 1 ? "index" : `${count} indexes`} of ` +
        `"${name}"`,
      level: "info",
      namespace,
    });
  }
  return issues;
}

/** Whether an index is the one on `_id`, which every collection has; it is always named so. */
function isIdIndex(index: Uint8Array): boolean {
  return textField(index, 0, "name") === "_id_";
}
