import { MAX_DOCUMENT_BYTES } from "../../bson/mod.ts";
import { DataError, documentLength } from "../../core/mod.ts";
import { describeContent } from "../../io/mod.ts";

/** How many bytes tell an archive. */
const MAGIC_BYTES = 4;

/** Whether a length that may be one is followed by a type, a printable name, and its 0. */
function looksLikeBson(head: Uint8Array): boolean {
  if (head.length < 7) return false;
  const length = documentLength(head, 0);
  if (length < 7 || length > MAX_DOCUMENT_BYTES || head[4] === 0 || head[4]! > 0x13) return false;
  const nameEnd = head.indexOf(0, 5);
  return nameEnd > 5 && head.subarray(5, nameEnd).every((byte) => byte >= 0x20);
}

/** What is wrong with an archive, and where. */
export class ArchiveErrors {
  readonly #name: string;

  /** Speaks of an archive by its name: the file. */
  constructor(name: string) {
    this.#name = name;
  }

  /** It ends where it must not. */
  cut(where: string, offset: number): DataError {
    return new DataError(
      `Cannot read "${this.#name}" at byte ${offset}: the archive ends ${where}`,
      { stage: "source", offset, hint: "the archive was cut short" },
    );
  }

  /** Something else stands there than should. */
  corrupt(state: string, offset: number): DataError {
    return new DataError(`Cannot read "${this.#name}" at byte ${offset}: ${state}`, {
      stage: "source",
      offset,
      hint: "the archive is corrupt there, or before: in a length that leads there",
    });
  }

  /**
   * The documents of a collection are not those that its checksum was made of. It stands behind them,
   * so who reads has had them by then.
   */
  checksum(state: string, collection: string, offset: number): DataError {
    return new DataError(`Cannot read "${this.#name}" at byte ${offset}: ${state}`, {
      stage: "source",
      offset,
      hint: `the corruption is somewhere in the documents of "${collection}" before that byte; ` +
        "where they were written meanwhile, such as to a server, some are corrupt",
    });
  }

  /** It is no archive at all; these are its first bytes. */
  other(head: Uint8Array): DataError {
    if (head.length > 0 && head.length < MAGIC_BYTES) {
      return new DataError(
        `Cannot read "${this.#name}" as an archive: it is too short: ` +
          `${head.length} ${head.length === 1 ? "byte" : "bytes"}`,
        { stage: "source", offset: 0, hint: "the archive was cut short" },
      );
    }
    const documents = looksLikeBson(head);
    const found = documents ? "BSON documents" : describeContent(head);
    return new DataError(`Cannot read "${this.#name}" as an archive: it is ${found}`, {
      stage: "source",
      offset: 0,
      hint: documents
        ? "--from bson reads documents"
        : "an archive is what mongodump --archive writes",
    });
  }
}
