import { assert, assertEquals, assertThrows } from "@std/assert";
import { type PermissionNeed, UsageError } from "@datahood/cli";
import { mongoPermissions } from "../../../../src/connectors/mongodb/permissions.ts";
import { mongodbDescriptor } from "../../../../src/connectors/mongodb/descriptor.ts";
import { MongoConnector } from "../../../../src/connectors/mongodb/mod.ts";
import { displayOf } from "../../../../src/connectors/mongodb/options.ts";

function targets(needs: readonly PermissionNeed[]): string[] {
  return needs.map(({ kind, target }) => `${kind} ${target}`);
}

Deno.test("mongoPermissions() names each host as it is spelled", async (t) => {
  const cases: Record<string, string[]> = {
    "mongodb://localhost": ["net localhost:27017"],
    "mongodb://u:p%40ss@LOCALHOST:7/?authSource=a": ["net LOCALHOST:7"],
    "mongodb://a,b:2,127.0.0.1:3/": ["net a:27017", "net b:2", "net 127.0.0.1:3"],
    "mongodb://[::1]": ["net [::1]:27017"],
    "mongodb://[2001:db8::1]:7": ["net [2001:db8::1]:7"],
    "mongodb+srv://cluster0.abc.example.net/": ["net *.abc.example.net:27017"],
    "mongodb+srv://example.net": ["net *.example.net:27017"],
    "mongodb://%2Ftmp%2Fmongodb-27017.sock": [
      "net unix:/tmp/mongodb-27017.sock",
      "read /tmp/mongodb-27017.sock",
      "write /tmp/mongodb-27017.sock",
    ],
    "mongodb://h/?tls=true&tlsCAFile=/ca.pem&tlsCertificateKeyFile=me.pem": [
      "net h:27017",
      "read /ca.pem",
      "read me.pem",
    ],
    "mongodb://h/?TLSCAFILE=/ca.pem": ["net h:27017", "read /ca.pem"],
  };
  for (const [uri, expected] of Object.entries(cases)) {
    await t.step(uri, () => assertEquals(targets(mongoPermissions(uri)), expected));
  }
});

Deno.test("mongoPermissions() takes the given file for the one in the string", () => {
  assertEquals(targets(mongoPermissions("mongodb://h/?tlsCAFile=a.pem", "b.pem")), [
    "net h:27017",
    "read b.pem",
  ]);
});

Deno.test("mongoPermissions() quotes nothing of a string that cannot be read", () => {
  const error = assertThrows(() => mongoPermissions("mongodb://u:s3cr/et@@h:x/"), UsageError);
  assert(!Deno.inspect(error).includes("s3cr"));
});

Deno.test("mongodbDescriptor.permissions() is what the connector needs", () => {
  const uri = "mongodb://a,b:2/?tlsCAFile=ca.pem";
  const address = { kind: "mongodb", display: "", uri };
  assertEquals(
    mongodbDescriptor.permissions(address, { role: "source" }),
    new MongoConnector({ uri }).permissions("source"),
  );
});

Deno.test("displayOf() hides what is secret", async (t) => {
  const cases = [
    ["mongodb://h", "mongodb://h/shop.a.b"],
    ["mongodb://ada:secret@h:1,i/?authSource=secret", "mongodb://ada:***@h:1,i/shop.a.b"],
    ["mongodb://ada@h/secret", "mongodb://ada@h/shop.a.b"],
    ["mongodb+srv://ada:secret@h.example.net", "mongodb+srv://ada:***@h.example.net/shop.a.b"],
    ["mongodb://ada:sec/ret@h", "mongodb://***@h/shop.a.b"],
    ["mongodb://ada:se@cret@h", "mongodb://ada:***@h/shop.a.b"],
  ] as const;
  for (const [uri, expected] of cases) {
    await t.step(uri, () => {
      assertEquals(displayOf({ uri, database: "shop", collection: "a.b" }), expected);
    });
  }
});

Deno.test("MongoConnector refuses names that cannot be", async (t) => {
  const uri = "mongodb://h";
  const cases = {
    "a collection without a database": { uri, collection: "c" },
    "an empty database": { uri, database: "" },
    "an empty collection": { uri, database: "d", collection: "" },
    "a dot in a database": { uri, database: "a.b" },
    "a zero byte": { uri, database: "a", collection: "b\0" },
    "another scheme": { uri: "http://h", database: "a" },
  };
  for (const [name, options] of Object.entries(cases)) {
    await t.step(name, () => void assertThrows(() => new MongoConnector(options), UsageError));
  }
});
