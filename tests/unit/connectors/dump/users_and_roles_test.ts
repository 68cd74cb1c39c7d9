import { assertEquals } from "@std/assert";
import { serialize } from "bson";
import { ArchiveConnector } from "../../../../src/connectors/archive/mod.ts";
import { BsonConnector } from "../../../../src/connectors/bson/mod.ts";
import { DumpConnector } from "../../../../src/connectors/dump/mod.ts";
import { type Connector, formatNamespace } from "../../../../src/core/mod.ts";
import { inspectSource } from "../../../../src/inspect/mod.ts";
import { transfer } from "../../../../src/transfer/mod.ts";

const ADA = {
  _id: "shop.ada",
  user: "ada",
  db: "shop",
  credentials: { x: { storedKey: "c2VjcmV0" } },
};

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A dump as mongodump has it: of one database, or of a server. */
async function make(folder: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    await Deno.mkdir(`${folder}/${file.split("/")[0]}`, { recursive: true });
    const document = file.endsWith("users.bson") ? ADA : { _id: 1 };
    await Deno.writeFile(`${folder}/${file}`, serialize(document));
  }
  await Deno.writeTextFile(`${folder}/prelude.json`, '{"ServerVersion":"8.0.1"}');
}

/** The collections in the order in which they come, and the codes of what is said. */
async function read(connector: Connector): Promise<{ names: string[]; codes: string[] }> {
  const names: string[] = [], codes: string[] = [];
  for await (const item of connector.source!.read()) {
    if (item.type === "begin") names.push(formatNamespace(item.collection.namespace));
    if (item.type === "end") codes.push(...(item.issues ?? []).map(({ code }) => code));
  }
  return { names, codes };
}

const OF_DATABASES = [
  "blog/$admin.system.users.bson",
  "blog/posts.bson",
  "shop/$admin.system.roles.bson",
  "shop/$admin.system.users.bson",
  "shop/$admin.system.version.bson",
  "shop/orders.bson",
];
const NAMES = [
  "blog.$admin.system.users",
  "shop.$admin.system.roles",
  "shop.$admin.system.users",
  "shop.$admin.system.version",
  "blog.posts",
  "shop.orders",
];

Deno.test("DumpConnector gives users and roles first, if they are asked for", () =>
  inFolder(async (folder) => {
    await make(folder, OF_DATABASES);
    const { names, codes } = await read(new DumpConnector({ path: folder, usersAndRoles: true }));
    assertEquals(names, NAMES);
    // They have no metadata, which is nothing to say of them.
    assertEquals(codes, ["no-metadata", "no-metadata"]);
    const without = await read(new DumpConnector({ path: folder }));
    assertEquals(without.names, ["blog.posts", "shop.orders"]);
    const left = without.codes.filter((code) => code === "users-and-roles-left-out");
    assertEquals(left.length, 2);
  }));

Deno.test("DumpConnector reads nothing beside users and roles", () =>
  inFolder(async (folder) => {
    await make(folder, OF_DATABASES);
    const { source } = new DumpConnector({ path: folder, usersAndRoles: true });
    const told: string[] = [];
    for await (const item of source.read({ parallel: 4 })) {
      if (item.type === "begin") told.push(formatNamespace(item.collection.namespace));
      if (item.type === "end") told.push("end");
    }
    const first = NAMES.slice(0, 4);
    assertEquals(told.slice(0, 8), first.flatMap((name) => [name, "end"]));
    assertEquals(told.slice(8).filter((name) => name !== "end").sort(), NAMES.slice(4));
  }));

Deno.test("DumpConnector writes the users of a database under mongodump's names", () =>
  inFolder(async (folder) => {
    await make(`${folder}`, OF_DATABASES.filter((file) => file.startsWith("shop")));
    const asked = { usersAndRoles: true };
    const archive = new ArchiveConnector({ path: `${folder}/a.archive.gz`, ...asked });
    await transfer(new DumpConnector({ path: `${folder}/shop`, ...asked }), archive);
    const again = new DumpConnector({ path: `${folder}/again`, ...asked });
    await transfer(archive, again);
    const files = [...Deno.readDirSync(`${folder}/again/shop`)].map(({ name }) => name).sort();
    assertEquals(files, [
      "$admin.system.roles.bson",
      "$admin.system.users.bson",
      "$admin.system.version.bson",
      "orders.bson",
      "orders.metadata.json",
    ]);
    for (const file of files.filter((name) => name.endsWith(".bson"))) {
      assertEquals(
        await Deno.readFile(`${folder}/again/shop/${file}`),
        await Deno.readFile(`${folder}/shop/${file}`),
      );
    }
    assertEquals((await read(archive)).names, NAMES.filter((name) => name.startsWith("shop")));
    // Replaced, and nothing of another spelling beside it.
    await transfer(archive, again, { overwrite: true });
    assertEquals([...Deno.readDirSync(`${folder}/again/shop`)].length, files.length);
  }));

Deno.test("inspectSource() shows no credentials", () =>
  inFolder(async (folder) => {
    await make(folder, ["admin/system.users.bson", ...OF_DATABASES]);
    const seen: string[] = [];
    const decoder = new TextDecoder();
    const { collections } = await inspectSource(
      new DumpConnector({ path: folder, usersAndRoles: true }),
      { show: 1, onDocument: (_name, buffer) => seen.push(decoder.decode(buffer)) },
    );
    const shown = collections.filter(({ namespace }) => namespace.collection.endsWith("users"));
    assertEquals(
      shown.map(({ shown }) => shown),
      Array(3).fill(['{"_id":"shop.ada","user":"ada","db":"shop","credentials":"***"}']),
    );
    assertEquals(shown[0]!.bytes, serialize(ADA).length);
    assertEquals(seen.length, OF_DATABASES.length + 1);
    assertEquals(seen.filter((text) => text.includes("c2VjcmV0")), []);
    for (const path of ["admin/system.users.bson", "shop/$admin.system.users.bson"]) {
      const file = new BsonConnector({ path: `${folder}/${path}` });
      const { collections: [only] } = await inspectSource(file, { show: 1 });
      assertEquals(only!.shown, shown[0]!.shown, path);
    }
  }));
