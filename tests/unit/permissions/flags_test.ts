import { assertEquals } from "@std/assert";
import type { PermissionNeed } from "../../../src/core/mod.ts";
import { permissionFlags } from "../../../src/permissions/mod.ts";

const need = (kind: PermissionNeed["kind"], target: string): PermissionNeed => ({
  kind,
  target,
  reason: "read the source",
});

Deno.test("permissionFlags() gives flags that can be pasted", async (t) => {
  const table: readonly [string, readonly PermissionNeed[], string][] = [
    ["nothing", [], ""],
    ["one", [need("read", "a.bson")], "--allow-read=a.bson"],
    ["the same twice", [need("read", "a"), need("read", "a")], "--allow-read=a"],
    [
      "several kinds, in a fixed order",
      [need("net", "h:1"), need("write", "b"), need("net", "i:2"), need("read", "a")],
      "--allow-read=a --allow-write=b --allow-net=h:1,i:2",
    ],
    ["a blank", [need("read", "a b.bson")], "'--allow-read=a b.bson'"],
    ["a quote", [need("read", "a'b")], `'--allow-read=a'\\''b'`],
    ["a pattern to zsh", [need("net", "[::1]:27017")], "'--allow-net=[::1]:27017'"],
    [
      "a backslash, which parts the paths of Windows",
      [need("read", "a\\b")],
      Deno.build.os === "windows" ? "--allow-read=a\\b" : "'--allow-read=a\\b'",
    ],
    ["a comma, which no flag can name", [need("read", "a,b")], "--allow-read=."],
    ["a folder with a comma", [need("write", "x/a,b/c,d")], "--allow-write=x"],
    ["a wildcard", [need("net", "*.example.net:27017")], "'--allow-net=*.example.net:27017'"],
  ];
  for (const [name, needs, wanted] of table) {
    await t.step(name, () => assertEquals(permissionFlags(needs), wanted));
  }
});
