/** How old a file must be for its time to tell whether it was written to: clocks of disks are coarse. */
const SETTLED_MS = 2000;

/** What a file was like; `undefined` where that cannot be told for sure. */
async function stampOf(path: string): Promise<string | undefined> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (info?.isFile !== true || info.mtime === null) return undefined;
  const time = info.mtime.getTime();
  if (Math.abs(Date.now() - time) < SETTLED_MS) return undefined;
  return [info.dev, info.ino, info.size, time, info.ctime?.getTime()].join(" ");
}

/**
 * What was found in files. Who asks again is told the same while a file stays as it was, by its size,
 * times and number; one that was just written is looked into each time.
 */
export class FileMemory<T> {
  readonly #found = new Map<string, { readonly stamp: string; readonly value: T }>();

  /**
   * What is in a file.
   *
   * @param path The file.
   * @param look Looks into it. What it throws is not remembered.
   * @returns What `look` gave, now or before.
   */
  async of(path: string, look: () => Promise<T>): Promise<T> {
    const stamp = await stampOf(path);
    const known = this.#found.get(path);
    if (known !== undefined && known.stamp === stamp) return known.value;
    const value = await look();
    // It may have been written to in the meantime: the stamp is of before, and will not fit then.
    if (stamp === undefined) this.#found.delete(path);
    else this.#found.set(path, { stamp, value });
    return value;
  }

  /** Forgets all. */
  clear(): void {
    this.#found.clear();
  }
}
