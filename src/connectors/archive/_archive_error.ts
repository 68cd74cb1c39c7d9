import { DataError } from "../../core/mod.ts";

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
      { stage: "source", offset, hint: "The archive was cut short." },
    );
  }

  /** Something else stands there than should. */
  corrupt(state: string, offset: number): DataError {
    return new DataError(`Cannot read "${this.#name}" at byte ${offset}: ${state}`, {
      stage: "source",
      offset,
      hint: "The archive is corrupt from there on.",
    });
  }

  /** It is no archive at all. */
  other(found: string): DataError {
    return new DataError(`Cannot read "${this.#name}" as an archive: it is ${found}`, {
      stage: "source",
      offset: 0,
      hint: "an archive is what mongodump --archive writes",
    });
  }
}
