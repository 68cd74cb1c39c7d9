import { assertEquals } from "@std/assert";
import { isNamed } from "../../../src/cli/_named.ts";
import type { PermissionNeed } from "../../../src/core/mod.ts";

Deno.test("isNamed() takes what a command line names, and nothing else", async (t) => {
  const address =
    "mongodb://ada:p%40ss@db.example,[::1]:7/shop.orders?tls=true&tlsCAFile=%2Fca.pem";
  const table: readonly (readonly [PermissionNeed["kind"], string, string, boolean])[] = [
    ["read", "a.bson", "a.bson", true],
    ["read", "a.bson", "./a.bson", true],
    ["write", "dump", "dump/", true],
    ["write", ".a.bson.datahood-part", "a.bson", true],
    ["write", "x/.a.bson.datahood-part", "x/a.bson", true],
    ["write", `.${"n".repeat(50)}-0123456789abcdef.datahood-part`, "n".repeat(250), true],
    ["write", "order.zod.ts", "order", true],
    ["write", "orders.ts", "order", false],
    ["write", "x/order.ts", "order", false],
    ["read", "x/a.metadata.json", "x/a.bson", true],
    ["read", "a.metadata.json.gz", "a.bson.gz", true],
    ["read", "a.metadata.json", "a.bson.gz", true],
    ["write", "a.metadata.json", "a.bson", false],
    ["read", "b.metadata.json", "a.bson", false],
    ["read", "/etc/passwd", "a.bson", false],
    ["read", "/", "./a.bson", false],
    ["read", ".", "a.bson", false],
    ["read", "..", "../a.bson", false],
    ["read", "", "", false],
    ["read", "/ca.pem", address, true],
    ["read", "ca.pem", address, false],
    ["read", "/", address, false],
    ["read", "/tmp/m.sock", "mongodb://%2Ftmp%2Fm.sock/a", true],
    ["net", "unix:/tmp/m.sock", "mongodb://%2Ftmp%2Fm.sock/a", true],
    ["net", "db.example:27017", address, true],
    ["net", "[::1]:7", address, true],
    ["net", "db.example:27018", address, false],
    ["net", "ada:27017", address, false],
    ["net", "evil.example:443", "mongodb://db.example/?x=evil.example:443", false],
    ["net", "db.example:27017", "db.example", false],
    ["net", "*.abc.example:27017", "mongodb+srv://c0.abc.example/shop", true],
    ["net", "*.example:27017", "mongodb+srv://c0.abc.example/shop", false],
    ["net", "*.abc.example:27017", "mongodb://c0.abc.example/shop", false],
    ["env", "SHOP", "env:SHOP", true],
    ["env", "HOME", "env:SHOP", false],
    ["run", "sh", "sh", false],
    ["sys", "hostname", "hostname", false],
  ];
  for (const [kind, target, text, wanted] of table) {
    await t.step(`${kind} ${target} of ${text}`, () => {
      assertEquals(isNamed({ kind, target, reason: "test" }, [text]), wanted);
    });
  }
});

Deno.test("isNamed() knows each need of the addresses that a command line may have", async () => {
  const { parseAddress } = await import("../../../src/connectors/address.ts");
  const { CONNECTORS } = await import("../../../src/connectors/all.ts");
  const { MATRIX } = await import("../../permissions/matrix.ts");
  const places = {
    mongodb: (_: string, namespace: string) => `mongodb://u:p@db.example:7,e.example/${namespace}`,
    uri: () => "mongodb://db.example/",
    ca: "x/ca.pem",
    database: "copy",
  };
  let looked = 0;
  for (const { command, args } of MATRIX) {
    if (command !== "transfer") continue;
    const words = args(places);
    for (const [at, role] of [[0, "source"], [1, "target"]] as const) {
      if (/^(?:env:|@|--)/.test(words[at]!)) continue;
      const address = parseAddress(words[at]!, { role, isFolder: (path) => path === "dump" });
      const { permissions } = CONNECTORS.find(({ kind }) => kind === address.kind)!;
      for (const need of permissions(address, { role, metadata: true, tlsCaFile: places.ca })) {
        assertEquals([need, isNamed(need, [...words, places.ca])], [need, true]);
        looked++;
      }
    }
  }
  assertEquals(looked > 50, true);
});
