/** More names than these are not looked through. */
const MOST = 10_000;

/**
 * The names of the files beside a path, for a message; none where the folder cannot be read. Never
 * asks for a permission.
 */
export async function fileNamesBeside(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    const { state } = await Deno.permissions.query({ name: "read", path: folder });
    if (state !== "granted") return [];
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!isDirectory) names.push(name);
      if (names.length >= MOST) break;
    }
  } catch {
    return [];
  }
  return names;
}
