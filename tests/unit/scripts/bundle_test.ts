import { assertEquals, assertThrows } from "@std/assert";
import { withLateNode } from "../../../scripts/bundle.ts";

const HEAD = `var __getProtoOf = Object.getPrototypeOf;
import { createRequire as __deno_internal_createRequire } from "node:module";
var __require = __deno_internal_createRequire(import.meta.url);
`;
const ESM = `var __esm = (fn) => () => fn && (Object.values(fn)[0](), fn = 0);
`;

/** Two modules that are run late, one of them, and one that is run at once. */
const MODULES = `
// src/late.ts
import { crc32 as crc322, inflateRawSync } from "node:zlib";
import path from "node:path";
function late() {
  return [crc322("a"), typeof inflateRawSync, path.posix.join("a", "b")];
}
var init_late = __esm({
  "src/late.ts"() {
    log.push("late is run");
  }
});

// src/never.ts
import { createHash } from "node:crypto";
var never;
var init_never = __esm({
  "src/never.ts"() {
    never = createHash("sha1");
  }
});

// src/first.ts
import { posix } from "node:path";
var log = [posix.join("x", "y")];
init_late();
log.push(...late(), typeof __require("node:os").EOL, String(typeof createHash));
export { log, init_never };
`;

async function logOf(text: string): Promise<unknown[]> {
  const module = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  return module.log;
}

Deno.test("withLateNode() imports of Node.js what is run at once, and loads the rest when it is run", async () => {
  // Modules with an address of their own alone can require.
  const head = HEAD.replace("import.meta.url", '"file:///bundle.js"');
  const text = withLateNode(HEAD + ESM + MODULES);
  const imports = text.split("\n").filter((line) => line.startsWith("import "));
  assertEquals(imports, ['import { posix } from "node:path";']);
  const runnable = text.replace("import.meta.url", '"file:///bundle.js"');
  const crc = 0xe8b7be43;
  const log = ["x/y", "late is run", crc, "function", "a/b", "string"];
  assertEquals(await logOf(head + ESM + MODULES), [...log, "function"]);
  // What was not run did not load what it needs.
  assertEquals(await logOf(runnable), [...log, "undefined"]);
});

Deno.test("withLateNode() refuses a bundle that it does not know", () => {
  assertThrows(() => withLateNode(ESM + MODULES), Error, "how the bundle requires modules");
});
