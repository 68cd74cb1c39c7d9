// The folder that rows of the matrix run in.
import { join } from "@std/path";
import { exampleBson } from "../cli/_documents.ts";
import { runCli } from "../cli/_run_cli.ts";

const METADATA = { options: {}, indexes: [{ v: 2, key: { _id: 1 }, name: "_id_" }] };

/** Makes what rows read: files of each kind, a saved profile, an address in a file. */
export async function seed(folder: string): Promise<void> {
  const bytes = exampleBson(3);
  await Deno.mkdir(join(folder, "dump", "shop"), { recursive: true });
  await Deno.mkdir(join(folder, "below"));
  for (const name of ["orders.bson", "old.bson", "dump/shop/orders.bson"]) {
    await Deno.writeFile(join(folder, name), bytes);
  }
  const metadata = join(folder, "dump", "shop", "orders.metadata.json");
  await Deno.writeTextFile(metadata, JSON.stringify(METADATA));
  await Deno.writeTextFile(join(folder, "where"), "orders.bson\n");
  await Deno.writeTextFile(join(folder, "over.json"), "{}");
  for (
    const args of [
      ["transfer", "dump/", "shop.archive"],
      ["schema", "orders.bson", "--save-profile", "orders.profile.json"],
    ]
  ) {
    const { code, err } = await runCli(args, { cwd: folder });
    if (code !== 0) throw new Error(err);
  }
}

/** Copies a folder with all that is in it. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}

/** What is in a folder, with what tells whether it was changed. */
export async function contentsOf(folder: string, below = ""): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
    const path = below === "" ? name : `${below}/${name}`;
    const { size, mtime, ino } = await Deno.stat(join(folder, path));
    found.set(path, isDirectory ? "folder" : `${size} ${mtime?.getTime()} ${ino}`);
    if (isDirectory) {
      for (const [key, value] of await contentsOf(folder, path)) found.set(key, value);
    }
  }
  return found;
}
