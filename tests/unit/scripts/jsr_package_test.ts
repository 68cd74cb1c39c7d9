import { assertEquals, assertThrows } from "@std/assert";
import { publishedFiles, withPlaces } from "../../../scripts/_jsr_package.ts";

const CONFIG = {
  name: "@shop/till",
  version: "1.2.3",
  exports: { ".": "./mod.ts" },
  imports: {
    "@std/path": "jsr:@std/path@^1.1.6",
    "bson": "npm:bson@7.3.4",
    "mongodb/": "npm:/mongodb@7.9.0/",
    "@shop/till": "./mod.ts",
  },
};

Deno.test("withPlaces() names the package of each bare name, in every kind of import", () => {
  const text = `import { join } from "@std/path";
import type { Document } from 'bson';
export * from "./bson.ts";
export { x } from "mongodb/lib/x.js";
/** An example: import { y } from "bson"; */
const bson = await import("bson");
const text = "bson", types: import("bson").Long[] = [];
import data from "./data.json" with { type: "json" };
import zlib from "node:zlib";
`;
  assertEquals(
    withPlaces(text, CONFIG),
    text.replace('"@std/path"', '"jsr:@std/path@^1.1.6"').replace("'bson'", "'npm:bson@7.3.4'")
      .replace('"mongodb/lib/x.js"', '"npm:/mongodb@7.9.0/lib/x.js"')
      .replaceAll('import("bson")', 'import("npm:bson@7.3.4")'),
  );
});

Deno.test("withPlaces() refuses a name that is no package", () => {
  for (const name of ["lodash", "@shop/till"]) {
    assertThrows(() => withPlaces(`import "${name}";`, CONFIG), Error, `import of "${name}"`);
  }
});

Deno.test("publishedFiles() answers with the files that are published, and their checksums", async () => {
  const tree = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${tree}/deno.json`, JSON.stringify(CONFIG));
    await Deno.writeTextFile(`${tree}/mod.ts`, 'import "bson";\n');
    await Deno.writeTextFile(`${tree}/secret.ts`, "");
    const answers = await publishedFiles(tree, ["mod.ts", "deno.json"]);
    assertEquals([...answers.keys()].sort(), [
      "/@shop/till/1.2.3/deno.json",
      "/@shop/till/1.2.3/mod.ts",
      "/@shop/till/1.2.3_meta.json",
      "/@shop/till/meta.json",
    ]);
    const read = (path: string) => new TextDecoder().decode(answers.get(path)!.bytes);
    const text = read("/@shop/till/1.2.3/mod.ts");
    assertEquals(text, 'import "npm:bson@7.3.4";\n');
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    const { exports, manifest } = JSON.parse(read("/@shop/till/1.2.3_meta.json"));
    assertEquals(exports, CONFIG.exports);
    assertEquals(manifest["/mod.ts"], {
      size: text.length,
      checksum: `sha256-${new Uint8Array(bytes).toHex()}`,
    });
    assertEquals(JSON.parse(read("/@shop/till/meta.json")).latest, "1.2.3");
  } finally {
    await Deno.remove(tree, { recursive: true });
  }
});
