import { typeName } from "./name.ts";

/** Gives each path a name made of the path alone, and no two the same one. */
export class TypeNames {
  readonly #taken = new Map<string, string>();
  readonly #reserved: ReadonlySet<string>;
  #collection = 0;

  /** Creates it; reserved names are never given. */
  constructor(reserved: Iterable<string> = []) {
    this.#reserved = new Set(reserved);
  }

  /** Goes on to another collection: its paths are not those of the ones before. */
  next(): void {
    this.#collection++;
  }

  /**
   * The name of the type under a key.
   *
   * @param parent Name of the type that has the key.
   * @param key The key; the last segment of the path.
   * @param one Whether it names one of several, so that its singular is taken.
   * @param path The whole path, which the name then belongs to.
   */
  name(parent: string, key: string, one: boolean, path: string): string {
    const short = `${parent}${typeName(key, one)}`;
    if (short !== parent && this.#take(short, path)) return short;
    // Another key reads the same without its signs: this one keeps them.
    const exact = `${parent}${exactName(key)}`;
    if (this.#take(exact, path)) return exact;
    let whole = exactName(path);
    while (!this.#take(whole, path)) whole += "_";
    return whole;
  }

  /** Takes a name for a path, if no other path has it. */
  claim(name: string, path: string): string {
    return this.#take(name, path) ? name : this.name(name, "type", false, path);
  }

  #take(name: string, path: string): boolean {
    if (this.#reserved.has(name)) return false;
    const owner = this.#taken.get(name);
    const wanted = `${this.#collection} ${path}`;
    if (owner !== undefined && owner !== wanted) return false;
    this.#taken.set(name, wanted);
    return true;
  }
}

/** A key as a part of an identifier that no other key has: signs as `_` and their code. */
function exactName(key: string): string {
  if (key === "") return "_";
  return [...key].map((c) => /[\p{L}\p{N}]/u.test(c) ? c : `_${c.codePointAt(0)!.toString(16)}`)
    .join("").replace(/^./u, (c) => c.toUpperCase());
}
