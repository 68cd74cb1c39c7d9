import { formatNamespace, type Issue, type Namespace } from "../../core/mod.ts";
import { formatBytes, formatDocuments } from "../render/_units.ts";
import { oneLine } from "../render/_printable.ts";

/** Characters of documents that a result holds at most: memory does not grow with the file. */
const KEPT_CHARACTERS = 32_000_000;
/** Characters that are printed at once. */
const PRINTED_CHARACTERS = 64 * 1024;

/** Where documents that are shown go. */
export interface ShownOptions {
  /** Prints them as they pass. */
  readonly print?: (text: string) => void;
  /** Whether a result holds them. */
  readonly keep: boolean;
  /** Characters that it holds at most; for tests. */
  readonly keptCharacters?: number;
}

/** The documents that `--show` asks for: printed as they pass, kept as far as a result may hold them. */
export class ShownDocuments {
  readonly #print: ((text: string) => void) | undefined;
  readonly #keptCharacters: number;
  readonly #kept = new Map<string, string[]>();
  #left: number;
  #cut: Namespace | undefined;
  #pending = "";
  #last: string | undefined;

  constructor({ print, keep, keptCharacters = KEPT_CHARACTERS }: ShownOptions) {
    this.#print = print;
    this.#keptCharacters = keptCharacters;
    this.#left = keep ? keptCharacters : -1;
  }

  /** Takes the next one. */
  add(namespace: Namespace, json: string): void {
    const name = formatNamespace(namespace);
    if (this.#print !== undefined) {
      // An archive may give several collections in turns.
      const apart = this.#last === undefined ? "" : "\n";
      const head = name === this.#last ? "" : `${apart}${oneLine(name)}:\n`;
      this.#last = name;
      this.#pending += `${head}${oneLine(json)}\n`;
      if (this.#pending.length >= PRINTED_CHARACTERS) this.#flush();
    }
    if (this.#left < 0) return;
    this.#left -= json.length;
    // What comes later is none of the first ones then.
    if (this.#left < 0) return void (this.#cut = namespace);
    const kept = this.#kept.get(name);
    if (kept === undefined) this.#kept.set(name, [json]);
    else kept.push(json);
  }

  /** Prints what is left; what follows is set apart from it. */
  end(): void {
    if (this.#last !== undefined) this.#pending += "\n";
    this.#last = undefined;
    this.#flush();
  }

  /** Those of a collection that the result holds. */
  of(namespace: Namespace): readonly string[] {
    return this.#kept.get(formatNamespace(namespace)) ?? [];
  }

  /** What to say where the result does not hold all of them. */
  issue(): Issue | undefined {
    if (this.#cut === undefined) return undefined;
    const name = formatNamespace(this.#cut);
    return {
      code: "shown-cut",
      level: "warning",
      namespace: this.#cut,
      message:
        `The result holds the first ${
          formatDocuments(this.of(this.#cut).length)
        } of ${name}, and ` +
        `none of what would be shown after them: with them it would be longer than ` +
        formatBytes(this.#keptCharacters) +
        (this.#print === undefined ? "; without --json all are printed" : ""),
    };
  }

  #flush(): void {
    const text = this.#pending;
    this.#pending = "";
    if (text !== "") this.#print!(text);
  }
}
