import { assertEquals } from "@std/assert";
import { findViolations } from "../../../scripts/layers.ts";
import { maskSource, scanSource } from "../../../scripts/_source_scan.ts";

const CONFIG = JSON.stringify({
  imports: { bson: "", mongodb: "", "@cliffy/command": "", "@std/assert": "" },
});

/** Checks a tree of these files and gives `file:line: why`. */
async function check(files: Record<string, string>): Promise<string[]> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries({ "deno.json": CONFIG, ...files })) {
      await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]+$/, ""), { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, text);
    }
    return (await findViolations(root)).map(({ file, line, why }) => `${file}:${line}: ${why}`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const BAD: readonly [name: string, path: string, text: string, line: number, why: string][] = [
  [
    "an import upward",
    "src/bson/walk.ts",
    '// walks\nimport { open } from "../io/open.ts";\n',
    2,
    "bson must not import io (src/io/open.ts)",
  ],
  [
    "a type import upward",
    "src/core/batch.ts",
    'import type { X } from "../bson/mod.ts";',
    1,
    "core must not import bson (src/bson/mod.ts)",
  ],
  [
    "an import over several lines",
    "src/io/open.ts",
    '\nimport {\n  a,\n  b,\n} from "../transfer/mod.ts";',
    5,
    "io must not import transfer (src/transfer/mod.ts)",
  ],
  [
    "a re-export",
    "src/transfer/mod.ts",
    'export * from "../cli/main.ts";',
    1,
    "transfer must not import cli (src/cli/main.ts)",
  ],
  [
    "a dynamic import",
    "src/exporters/mod.ts",
    'const x = await import("../cli/main.ts");',
    1,
    "exporters must not import cli (src/cli/main.ts)",
  ],
  [
    "a connector that imports another",
    "src/connectors/bson/mod.ts",
    'import "../mongodb/mod.ts";',
    1,
    "connector bson must not import connector mongodb",
  ],
  [
    "a connector that imports the list",
    "src/connectors/bson/mod.ts",
    'import { CONNECTORS } from "../all.ts";',
    1,
    "connector bson must not import the list of connectors",
  ],
  [
    "shared code that imports a connector",
    "src/connectors/base.ts",
    'import "./null/mod.ts";',
    1,
    "what connectors share must not import connector null",
  ],
  [
    "a list of connectors that loads one",
    "src/connectors/all.ts",
    'import "./bson/connector.ts";',
    1,
    "the list of connectors imports descriptors only, not src/connectors/bson/connector.ts",
  ],
  ["Deno in core", "src/core/batch.ts", "\n\nconst x = Deno.cwd();", 3, "core must not use Deno"],
  [
    "Deno in a connector",
    "src/connectors/bson/mod.ts",
    "const { cwd } = Deno;",
    1,
    "connectors must not use Deno",
  ],
  [
    "files in a connector",
    "src/connectors/bson/mod.ts",
    'import { open } from "node:fs/promises";',
    1,
    "connectors must not do I/O: node:fs/promises",
  ],
  [
    "Node.js in core",
    "src/core/batch.ts",
    'import { Buffer } from "node:buffer";',
    1,
    "core must not use node:buffer",
  ],
  [
    "a package in core",
    "src/core/batch.ts",
    'import type { Document } from "bson";',
    1,
    'core must not import the package "bson"',
  ],
  [
    "the driver outside of its connector",
    "src/transfer/mod.ts",
    'import { MongoClient } from "mongodb";',
    1,
    "only connectors/mongodb may import the driver, src/transfer/mod.ts must not",
  ],
  [
    "the command library outside of cli",
    "src/transfer/mod.ts",
    'import { Command } from "@cliffy/command";',
    1,
    'only cli may import "@cliffy/command", transfer must not',
  ],
  [
    "a name that deno.json has not",
    "src/io/open.ts",
    'import x from "left-pad";',
    1,
    '"left-pad" is not among the imports of deno.json',
  ],
  [
    "a registry in a test",
    "tests/unit/x_test.ts",
    'import { assert } from "jsr:@std/assert@1";',
    1,
    '"jsr:@std/assert@1" names its registry: use a bare name of deno.json',
  ],
  [
    "src that imports a script",
    "src/cli/main.ts",
    'import "../../scripts/demo.ts";',
    1,
    "src must not import scripts/demo.ts, which is outside of src",
  ],
  ["a folder that is no layer", "src/utils/x.ts", "export {};", 1, "utils is not a layer"],
];

Deno.test("`findViolations()` names file, line and rule", async (t) => {
  for (const [name, path, text, line, why] of BAD) {
    await t.step(name, async () => {
      assertEquals(await check({ [path]: text }), [`${path}:${line}: ${why}`]);
    });
  }
});

Deno.test("`findViolations()` sees what the list of connectors loads too early", async () => {
  const found = await check({
    "src/connectors/all.ts": 'import { d } from "./mongodb/descriptor.ts";',
    "src/connectors/mongodb/descriptor.ts":
      'import type { T } from "mongodb";\nimport { names } from "./names.ts";\n' +
      'export const d = { load: () => import("./mod.ts") };',
    "src/connectors/mongodb/names.ts": '\nimport { BSON } from "mongodb";',
    "src/connectors/mongodb/mod.ts": 'import { MongoClient } from "mongodb";',
  });
  assertEquals(found, [
    "src/connectors/mongodb/names.ts:2: src/connectors/all.ts loads this file, so it must not load mongodb before it is needed",
  ]);
});

Deno.test("`findViolations()` accepts what the rules allow", async () => {
  const found = await check({
    "src/core/mod.ts": 'export * from "./batch.ts"; // Deno.cwd() and import "../io/x.ts"',
    "src/core/batch.ts":
      '/** import { x } from "../io/open.ts"; Deno.args */\nexport const help = "run Deno.args";',
    "src/io/open.ts": 'import { open } from "node:fs/promises";\nDeno.cwd();',
    "src/connectors/mongodb/mod.ts":
      'import { MongoClient } from "mongodb";\nimport { resolveSrv } from "node:dns/promises";\nimport { b } from "../base.ts";',
    "src/connectors/all.ts":
      'import { d } from "./mongodb/descriptor.ts";\nimport type { X } from "../core/mod.ts";',
    "src/cli/main.ts":
      'import config from "../../deno.json" with { type: "json" };\nimport "../connectors/all.ts";',
    "src/testing/mod.ts": 'Deno.test("x", () => {});',
    "tests/unit/x_test.ts": 'import "../../scripts/x.ts";\nDeno.test("x", () => {});',
  });
  assertEquals(found, []);
});

Deno.test("`maskSource()` keeps code, offsets and lines and drops text", () => {
  const source = [
    "const a = 'Deno'; // Deno",
    "const b = `Deno ${Deno.args.map((x) => `${x}{}`)} Deno`;",
    "const c = /[\"'`/]Deno/.test(a) ? 4 / 2 : 1; /* Deno",
    "Deno */ const d = 'it\\'s';",
  ].join("\n");
  const masked = maskSource(source);
  assertEquals(masked.length, source.length);
  assertEquals(masked.split("\n").length, 4);
  assertEquals([...masked.matchAll(/Deno/g)].map((m) => source.slice(m.index, m.index + 9)), [
    "Deno.args",
  ]);
  assertEquals(masked.endsWith("const d = '     ';"), true);
});

Deno.test("`scanSource()` tells the kinds of import apart", () => {
  const { imports } = scanSource(
    'import a from "a";\nimport type { B } from "b";\nexport { c } from "c";\nimport "d";\n' +
      'const e = await import("e");\nexport type { F } from "f";\nexport const g = { from: "g" };',
  );
  assertEquals(
    imports.map(({ specifier, line, typeOnly, dynamic }) => [specifier, line, typeOnly, dynamic]),
    [
      ["a", 1, false, false],
      ["b", 2, true, false],
      ["c", 3, false, false],
      ["d", 4, false, false],
      ["e", 5, false, true],
      ["f", 6, true, false],
    ],
  );
});
