/**
 * What is known of an open file. Deno asks for the permission to the path that links lead to, even of
 * a file that was opened by another path which is allowed; then what is known of that path is asked.
 */
export async function statOpen(file: Deno.FsFile, path: string): Promise<Deno.FileInfo> {
  try {
    return await file.stat();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    return await Deno.stat(path);
  }
}
