import { UsageError } from "../../core/mod.ts";
import type { Place } from "./_place.ts";
import { RESERVED } from "./_reserved.ts";
import { typeName, wordsOf } from "./name.ts";
import { checkTypeName, isTypeName } from "./type_name.ts";

/** Characters of a name at most; a longer one is cut, and ends in a hash of its path. */
const LONGEST = 72;
/** Characters of a key in a name at most. */
export const LONGEST_KEY = 40;

/** Gives each path a name made of the path alone, and no two the same one. */
export class TypeNames {
  readonly #taken = new Set<string>(RESERVED);

  /** Whether a name is still to be had. */
  isFree(name: string): boolean {
    return !this.#taken.has(name);
  }

  /**
   * Takes the first name that is still to be had.
   *
   * @param wanted Names, the best first.
   * @param path The path that the name is for.
   */
  take(wanted: readonly string[], path: string): string {
    const short = wanted.filter((name) => isTypeName(name) && name.length <= LONGEST);
    const free = short.find((name) => this.isFree(name));
    const name = free ?? this.#hashed(wanted.find((name) => name !== "") ?? "Type", path);
    this.#taken.add(name);
    return name;
  }

  /** Takes a name that someone gave, or says why it is not to be had. */
  takeGiven(name: string, what: string): string {
    checkTypeName(name, what);
    if (!this.isFree(name)) {
      throw new UsageError(`Cannot call ${what} "${name}": another type has that name`);
    }
    this.#taken.add(name);
    return name;
  }

  #hashed(name: string, path: string): string {
    const start = isTypeName(name) ? cut(name, LONGEST - 8) : "Type";
    for (let salt = 0;; salt++) {
      const found = `${start}_${hash(salt === 0 ? path : `${path}\n${salt}`)}`;
      if (this.isFree(found)) return found;
    }
  }
}

/** The words of a place's key that a type is called by, the last in singular if it is one of many. */
export function nameWords({ label, one }: Place): string[] {
  return wordsOf(typeName(label, one));
}

/** The words that all lists end with. */
export function commonWords(lists: readonly (readonly string[])[]): string[] {
  const first = lists[0]!;
  let count = 0;
  while (
    count < first.length && lists.every((list) => list.at(-1 - count) === first.at(-1 - count))
  ) count++;
  return first.slice(first.length - count);
}

/** A key as a part of a name, not too long. */
export function keyName(key: string, one: boolean): string {
  return bounded(typeName(key, one), key);
}

/** A key as a part of an identifier that no other key has: signs as `_` and their code. */
export function exactName(key: string): string {
  if (key === "") return "_";
  const name = [...key.slice(0, LONGEST_KEY * 2)].map((c) =>
    /[\p{L}\p{N}]/u.test(c) && isTypeName(`a${c}`) ? c : `_${c.codePointAt(0)!.toString(16)}`
  ).join("").replace(/^./u, (c) => c.toUpperCase());
  return bounded(name, key);
}

function bounded(name: string, key: string): string {
  return name.length <= LONGEST_KEY ? name : `${cut(name, LONGEST_KEY - 8)}_${hash(key)}`;
}

/** The start of a name; no half of a surrogate pair. */
function cut(name: string, length: number): string {
  return name.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}

/** Six letters that stand for a text (FNV-1a). */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return (value >>> 0).toString(36).padStart(7, "0").slice(-6);
}
