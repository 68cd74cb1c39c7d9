import { assert, assertEquals, assertThrows } from "@std/assert";
import { serialize } from "bson";
import {
  fileEnding,
  type Generator,
  GENERATORS,
  Profile,
  type ProfiledCollection,
  schemaFiles,
  UsageError,
} from "@datahood/cli";

function collection(name: string, db = "shop", count = 3): ProfiledCollection {
  const profile = new Profile();
  for (let i = 0; i < count; i++) profile.addDocument(serialize({ _id: i, of: name }));
  return { namespace: { db, collection: name }, profile };
}

/** A generator that writes the names of collections. */
function fake(kind: string, extension: string): Generator {
  return {
    kind,
    summary: "names",
    extension,
    options: [],
    generate: (models, { source, options }) =>
      `${source}: ${models.map(({ namespace }) => namespace.collection)} ${options.mood ?? ""}\n`,
  };
}

const FOLDER = { holds: "folder", path: "types" } as const;

function namesOf(collections: readonly ProfiledCollection[], generator: Generator): string[] {
  return schemaFiles(collections, [{ generator }], FOLDER).map(({ path }) => path);
}

Deno.test("fileEnding() is another one for each generator", () => {
  const endings = GENERATORS.map(fileEnding);
  assertEquals(new Set(endings).size, GENERATORS.length, endings.join(" "));
  assertEquals(endings[0], ".ts");
  for (const [i, ending] of endings.entries()) {
    const extension = GENERATORS[i]!.extension;
    assert(ending.endsWith(extension.slice(extension.lastIndexOf("."))), ending);
    // A dot in its name, and Python could not import it.
    if (ending.endsWith(".py")) assertEquals(ending.lastIndexOf("."), ending.length - 3);
  }
  assertEquals(fileEnding(fake("mine", ".mine")), ".mine");
});

Deno.test("schemaFiles() puts all collections into one file, or each into one of its own", () => {
  const collections = [collection("b"), collection("a"), collection("none", "shop", 0)];
  const one = fake("one", ".one"), two = fake("two", ".two");
  assertEquals(
    schemaFiles(collections, [{ generator: one, options: { mood: "good" } }], {
      holds: "file",
      path: "x",
    }),
    [{ path: "x", text: "shop, 2 collections: a,b good\n", target: "one" }],
  );
  const targets = [{ generator: one }, { generator: two }];
  assertEquals(
    schemaFiles(collections, targets, { holds: "base", path: "d/x" }).map(({ path }) => path),
    ["d/x.one", "d/x.two"],
  );
  assertEquals(
    schemaFiles(collections, targets, FOLDER).map(({ path, text }) => [path, text]),
    [
      ["types/a.one", "shop.a: a \n"],
      ["types/b.one", "shop.b: b \n"],
      ["types/a.two", "shop.a: a \n"],
      ["types/b.two", "shop.b: b \n"],
    ],
  );
});

Deno.test("schemaFiles() depends on the profiles alone, not on their order", () => {
  const collections = ["orders", "order", "Order", "people"].map((name) => collection(name));
  const targets = GENERATORS.map((generator) => ({ generator }));
  const files = schemaFiles(collections, targets, FOLDER);
  assertEquals(schemaFiles(collections.toReversed(), targets, FOLDER), files);
});

Deno.test("schemaFiles() gives each collection a file that every system takes", () => {
  const generator = fake("one", ".one");
  const names = [
    "index",
    "a/b",
    "a\\b",
    "a:b",
    "Orders",
    "orders",
    "..",
    ".hidden",
    "con",
    "trailing.",
    "new\nline",
    "日本語",
    "x".repeat(200),
    `${"x".repeat(200)}y`,
    "dotted.name",
    "with space",
    "with_space",
    "with\u00a0space",
  ];
  const files = namesOf(names.map((name) => collection(name)), generator);
  assertEquals(files.length, names.length);
  const stems = files.map((path) => path.slice("types/".length, -".one".length));
  assertEquals(new Set(stems.map((stem) => stem.toLowerCase())).size, names.length);
  for (const stem of stems) {
    // deno-lint-ignore no-control-regex
    assert(!/[\0-\x1f\s<>:"/\\|?*]|^\.|[. ]$|^(?:con|index)$/i.test(stem), stem);
    assert(new TextEncoder().encode(stem).length < 200, stem);
  }
  assert(stems.includes("日本語") && stems.includes("dotted.name"), stems.join(" "));
});

Deno.test("schemaFiles() makes an index of each target that is a module of JavaScript", async (t) => {
  const collections = ["books", "a list", "index"].map((name) => collection(name));
  for (const generator of GENERATORS) {
    await t.step(generator.kind, () => {
      const files = schemaFiles(collections, [{ generator }], FOLDER);
      const own = files.filter(({ namespace }) => namespace !== undefined);
      assertEquals(own.map(({ namespace }) => namespace!.collection), ["a list", "books", "index"]);
      const indexes = files.filter(({ namespace }) => namespace === undefined);
      const ending = fileEnding(generator);
      if (!ending.endsWith(".ts")) return assertEquals(indexes, []);
      assertEquals(indexes.map(({ path }) => path), [`types/index${ending}`]);
      const { text } = indexes[0]!;
      const from = [...text.matchAll(/^export (?:type )?\* from "\.\/(.*)";$/gm)];
      assertEquals(from.map(([, name]) => `types/${name}`), own.map(({ path }) => path));
      assertEquals(/^export type/m.test(text), generator.kind === "typescript");
    });
  }
});

Deno.test("schemaFiles() gives Python's modules names that can be imported", () => {
  const python = GENERATORS.find(({ extension }) => extension === ".py")!;
  const files = namesOf(
    ["2024-orders", "shop.orders", "with space"].map((n) => collection(n)),
    python,
  );
  for (const path of files) assert(/^types\/[A-Za-z_]\w*\.py$/.test(path), path);
});

Deno.test("schemaFiles() names the database where there are several", () => {
  const collections = [collection("a", "x"), collection("a", "y"), collection("b", "x")];
  assertEquals(namesOf(collections, fake("one", ".one")), [
    "types/x.a.one",
    "types/x.b.one",
    "types/y.a.one",
  ]);
});

Deno.test("schemaFiles() refuses what cannot be", () => {
  const collections = [collection("a"), collection("b")];
  const one = { generator: fake("one", ".same") }, two = { generator: fake("two", ".same") };
  const file = { holds: "file", path: "x" } as const;
  assertThrows(() => schemaFiles(collections, [one, two], file), UsageError, "into one file");
  assertThrows(() => schemaFiles(collections, [one, two], FOLDER), UsageError, "twice");
  assertThrows(() => schemaFiles(collections, [one], file, { rootName: "X" }), UsageError, '"X"');
});
