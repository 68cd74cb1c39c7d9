import { IoError } from "../core/mod.ts";
import { statOf } from "./_part_file.ts";
import { action, type IoContext, translateIoError } from "./translate_error.ts";

/**
 * What is at a path.
 *
 * @param path The path.
 * @returns `undefined` if nothing is; `other` for a device or a pipe.
 * @throws {IoError} If the system does not tell.
 * @throws {PermissionError} If Deno was not allowed to look.
 *
 * @example
 * ```ts
 * import { pathKind } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await pathKind(await Deno.makeTempDir()), "folder");
 * ```
 */
export async function pathKind(path: string): Promise<"file" | "folder" | "other" | undefined> {
  const context: IoContext = {
    stage: "target",
    path,
    needs: [{ kind: "read", target: path, reason: "see what is there" }],
  };
  try {
    const there = await statOf(path);
    if (there === undefined) return undefined;
    return there.isFile ? "file" : there.isDirectory ? "folder" : "other";
  } catch (error) {
    throw translateIoError(error, context);
  }
}

/**
 * Makes a folder to write to, in one that is there.
 *
 * @param path The folder.
 * @returns Whether it was made; `false` if it was there.
 * @throws {IoError} If something else is there, or the folder around it is not.
 * @throws {PermissionError} If Deno was not allowed to make it.
 *
 * @example
 * ```ts
 * import { makeOutputFolder } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/types`;
 * assertEquals([await makeOutputFolder(path), await makeOutputFolder(path)], [true, false]);
 * ```
 */
export async function makeOutputFolder(path: string): Promise<boolean> {
  const context: IoContext = {
    stage: "target",
    path,
    needs: [
      { kind: "read", target: path, reason: "see whether the folder exists" },
      { kind: "write", target: path, reason: "make the folder" },
    ],
  };
  const kind = await pathKind(path);
  if (kind === "folder") return false;
  if (kind !== undefined) {
    throw new IoError(`${action(context)}: it is no folder`, {
      stage: "target",
      hint: "name a folder, or a file without a slash at its end",
    });
  }
  try {
    await Deno.mkdir(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new IoError(`${action(context)}: the folder around it does not exist`, {
        stage: "target",
        hint: "make it first; only the last folder of the path is made",
        cause: error,
      });
    }
    throw translateIoError(error, context);
  }
}

/**
 * Removes a folder if it is empty; a folder that is not, or not there, stays as it is.
 *
 * @param path The folder.
 *
 * @example
 * ```ts
 * import { pathKind, removeEmptyFolder } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempDir();
 * await removeEmptyFolder(path);
 * assertEquals(await pathKind(path), undefined);
 * ```
 */
export async function removeEmptyFolder(path: string): Promise<void> {
  // Whatever stands against it: nothing was promised about what is in it.
  await Deno.remove(path).catch(() => {});
}

/**
 * Reads the first bytes of a file, as they are stored.
 *
 * @param path The file.
 * @param bytes How many at most.
 * @returns The bytes; `undefined` if there is no such file.
 * @throws {IoError} If the system cannot read it.
 * @throws {PermissionError} If Deno was not allowed to read it.
 *
 * @example
 * ```ts
 * import { readHead } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "Hello");
 * assertEquals(await readHead(path, 4), new TextEncoder().encode("Hell"));
 * ```
 */
export async function readHead(path: string, bytes: number): Promise<Uint8Array | undefined> {
  const head = new Uint8Array(bytes);
  let have = 0;
  try {
    using file = await Deno.open(path, { read: true });
    while (have < bytes) {
      const count = await file.read(head.subarray(have));
      if (count === null) break;
      have += count;
    }
    return head.subarray(0, have);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw translateIoError(error, {
      stage: "target",
      path,
      needs: [{ kind: "read", target: path, reason: "see what is in the file" }],
    });
  }
}
