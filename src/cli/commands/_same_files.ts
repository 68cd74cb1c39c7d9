import { UsageError } from "../../core/mod.ts";
import { sameFile } from "../../io/mod.ts";

/** A file that a run reads or writes, and what to call it. */
export interface NamedFile {
  readonly name: string;
  readonly path: string;
}

/** Refuses what would be written over something that is read, or over another thing written. */
export async function refuseSameFiles(
  reads: readonly NamedFile[],
  writes: readonly NamedFile[],
): Promise<void> {
  for (const [index, { name, path }] of writes.entries()) {
    for (const other of [...reads, ...writes.slice(0, index)]) {
      if (path === "-" || other.path === "-") continue;
      if (path !== other.path && !await sameFile(path, other.path)) continue;
      throw new UsageError(`Cannot use ${name} "${path}": ${other.name} is the same file.`, {
        hint: `give ${name.split(" ")[0]} another name`,
      });
    }
  }
}
