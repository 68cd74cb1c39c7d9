import { basename, dirname, join, resolve } from "@std/path";

/**
 * Whether two paths are one file: spelled otherwise, through a link, or a hard link of it.
 *
 * @param a One path; `-` is no file.
 * @param b The other.
 * @returns `true` if they are one file, or would be if it were made; `false` also where that cannot
 * be told.
 *
 * @example
 * ```ts
 * import { sameFile } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await sameFile("a.bson", "./b/../a.bson"), true);
 * assertEquals(await sameFile("a.bson", "b.bson"), false);
 * ```
 */
export async function sameFile(a: string, b: string): Promise<boolean> {
  if (a === "-" || b === "-") return false;
  if (resolve(a) === resolve(b)) return true;
  const [infoA, infoB] = await Promise.all([infoOf(a), infoOf(b)]);
  if (infoA !== undefined && infoB !== undefined && infoA.ino !== null && infoA.ino !== 0) {
    return infoA.ino === infoB.ino && infoA.dev === infoB.dev;
  }
  // One that is there and one that is not are two; but a link to nowhere is what it leads to.
  const [placeA, placeB] = await Promise.all([placeOf(a), placeOf(b)]);
  return placeA === placeB;
}

async function infoOf(path: string): Promise<Deno.FileInfo | undefined> {
  return await Deno.stat(path).catch(() => undefined);
}

/** The path with all links followed that can be, of a file that need not be there. */
async function placeOf(path: string): Promise<string> {
  const whole = await Deno.realPath(path).catch(() => undefined);
  if (whole !== undefined) return whole;
  const link = await Deno.readLink(path).catch(() => undefined);
  const file = link === undefined ? path : resolve(dirname(path), link);
  const folder = await Deno.realPath(dirname(file)).catch(() => undefined);
  return folder === undefined ? resolve(file) : join(folder, basename(file));
}
