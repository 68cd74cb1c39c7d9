import { basename, dirname, join } from "@std/path";
import { NotFoundError } from "../../core/mod.ts";
import { fileNamesBeside } from "../../io/_file_names.ts";
import { type ByteSource, type ByteSourceOptions, openByteSource } from "../../io/mod.ts";
import { nearest } from "../_nearest.ts";

/** Opens a file to be read; of one that is not there, says which of its folder may be meant. */
export async function openBson(path: string, options: ByteSourceOptions): Promise<ByteSource> {
  try {
    return await openByteSource(path, options);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    const folder = dirname(path);
    const near = nearest(basename(path), await fileNamesBeside(folder));
    if (near === undefined) throw error;
    const meant = folder === "." && !path.startsWith(".") ? near : join(folder, near);
    throw new NotFoundError(error.message, {
      stage: "source",
      cause: error.cause,
      hint: `did you mean "${meant}"?`,
    });
  }
}
