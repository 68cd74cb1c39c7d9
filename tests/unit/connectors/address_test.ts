import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  hostsOf,
  isThisMachine,
  lacksPassword,
  redactConnectionString,
  withPassword,
} from "../../../src/connectors/_mongodb_address.ts";
import { parseMongoAddress } from "../../../src/connectors/_mongodb_address.ts";
import { parseAddress } from "../../../src/connectors/address.ts";
import { type Address, UsageError } from "../../../src/core/mod.ts";

const source = { role: "source" } as const;

Deno.test("parseAddress() finds the connector of an address", async (t) => {
  const table: readonly [string, string | undefined, Partial<Address>][] = [
    ["orders.bson", undefined, { kind: "bson", path: "orders.bson" }],
    ["Orders.BSON", undefined, { kind: "bson", path: "Orders.BSON" }],
    ["a/b.c/orders.bson.gz", undefined, { kind: "bson", path: "a/b.c/orders.bson.gz" }],
    ["orders.bson.zst", undefined, { kind: "bson", path: "orders.bson.zst" }],
    ["C:\\data\\x.bson", undefined, { kind: "bson", path: "C:\\data\\x.bson" }],
    ["c:/data/x.bson", undefined, { kind: "bson", path: "c:/data/x.bson" }],
    ["./a:b.bson", undefined, { kind: "bson", path: "./a:b.bson" }],
    ["/tmp/with space.bson", undefined, { kind: "bson", path: "/tmp/with space.bson" }],
    ["-", undefined, { kind: "bson", path: "-" }],
    ["-", "bson", { kind: "bson", path: "-" }],
    ["orders.dat", "bson", { kind: "bson", path: "orders.dat" }],
    ["orders", "bson", { kind: "bson", path: "orders" }],
    ["orders.json", "bson", { kind: "bson", path: "orders.json" }],
    ["mongodb://h/shop.orders", undefined, {
      kind: "mongodb",
      uri: "mongodb://h/",
      database: "shop",
      collection: "orders",
    }],
    ["MongoDB://h/shop", undefined, { kind: "mongodb", uri: "mongodb://h/", database: "shop" }],
    ["mongodb://h", "mongodb", { kind: "mongodb", uri: "mongodb://h/" }],
    ["mongodb://h/", undefined, { kind: "mongodb", uri: "mongodb://h/" }],
  ];
  for (const [text, format, wanted] of table) {
    await t.step(`${text} ${format ?? ""}`, () => {
      const address = parseAddress(text, format === undefined ? source : { ...source, format });
      const { display: _, ...rest } = address;
      assertEquals(rest, wanted as Omit<Address, "display">);
    });
  }
  await t.step("null:", () => {
    assertEquals(parseAddress("null:", { role: "target" }), { kind: "null", display: "null:" });
  });
});

Deno.test("parseAddress() takes the namespace out of the path of a connection string", async (t) => {
  const table: readonly [string, string | undefined, string | undefined][] = [
    ["/shop.orders", "shop", "orders"],
    ["/shop.orders.2024", "shop", "orders.2024"],
    ["/shop.a%2Fb", "shop", "a/b"],
    ["/shop.a/b", "shop", "a/b"],
    ["/shop.a%20b%25c%3Fd%23e", "shop", "a b%c?d#e"],
    ["/shop.%E2%82%AC", "shop", "€"],
    ["/shop.€", "shop", "€"],
    ["/shop.a$b", "shop", "a$b"],
    ["/shop.system.views", "shop", "system.views"],
    ["/shop", "shop", undefined],
    ["/local.startup_log", "local", "startup_log"],
    ["/", undefined, undefined],
    ["", undefined, undefined],
  ];
  for (const [path, database, collection] of table) {
    await t.step(path, () => {
      const address = parseAddress(`mongodb://h:1${path}?appName=x`, source);
      assertEquals([address.database, address.collection], [database, collection]);
      assertEquals(address.uri, "mongodb://h:1/?appName=x");
    });
  }
});

Deno.test("parseAddress() gives back any namespace that was percent-encoded", () => {
  const db = fc.string({ unit: "grapheme", minLength: 1 }).filter((name) =>
    !/[/\\. "$\0]/.test(name) && !["admin", "config", "local"].includes(name)
  );
  // A path of dots alone is a step up the tree to whoever parses URLs.
  const collection = fc.string({ unit: "grapheme", minLength: 1 }).filter((name) =>
    !name.includes("\0") && name.isWellFormed()
  );
  fc.assert(fc.property(db, collection, (db, collection) => {
    fc.pre(db.isWellFormed());
    const path = `${encodeURIComponent(db)}.${encodeURIComponent(collection)}`;
    const address = parseAddress(`mongodb://h/${path}`, source);
    assertEquals([address.database, address.collection], [db, collection]);
    assertEquals(address.uri, "mongodb://h/");
  }));
});

Deno.test("parseAddress() makes the login database explicit", async (t) => {
  const table: readonly [string, string][] = [
    ["mongodb://u:p@h/shop.orders", "mongodb://u:p@h/?authSource=shop"],
    ["mongodb://u:p@h/", "mongodb://u:p@h/?authSource=admin"],
    ["mongodb://u:p@h/shop.orders?authSource=admin", "mongodb://u:p@h/?authSource=admin"],
    ["mongodb://u:p@h/shop?authsource=x", "mongodb://u:p@h/?authsource=x"],
    ["mongodb://h/shop.orders", "mongodb://h/"],
    [
      "mongodb://u@h/shop.orders?authMechanism=MONGODB-X509",
      "mongodb://u@h/?authMechanism=MONGODB-X509&authSource=%24external",
    ],
    [
      "mongodb://h/shop.orders?authMechanism=MONGODB-AWS",
      "mongodb://h/?authMechanism=MONGODB-AWS&authSource=%24external",
    ],
    [
      "mongodb://u:p@h/?authMechanism=PLAIN",
      "mongodb://u:p@h/?authMechanism=PLAIN&authSource=%24external",
    ],
    [
      "mongodb://u:p@h/shop.a?authMechanism=SCRAM-SHA-256",
      "mongodb://u:p@h/?authMechanism=SCRAM-SHA-256&authSource=shop",
    ],
    // Only the driver can ask the SRV record, which goes before the database in the path.
    ["mongodb+srv://u:p@c.example.net/shop.orders", "mongodb+srv://u:p@c.example.net/shop"],
    ["mongodb+srv://u:p@c.example.net", "mongodb+srv://u:p@c.example.net/"],
    [
      "mongodb+srv://u:p@c.example.net/shop.orders?authSource=x",
      "mongodb+srv://u:p@c.example.net/?authSource=x",
    ],
    ["mongodb+srv://c.example.net/shop.orders", "mongodb+srv://c.example.net/"],
  ];
  for (const [text, uri] of table) {
    await t.step(text, () => assertEquals(parseAddress(text, source).uri, uri));
  }
});

Deno.test("parseMongoAddress() keeps the path as the login database beside given names", () => {
  const namespace = { database: "shop", collection: "a.b" };
  const address = parseMongoAddress("mongodb://u:p@h/login", { namespace });
  assertEquals(address, {
    kind: "mongodb",
    display: "mongodb://u:***@h/shop.a.b",
    uri: "mongodb://u:p@h/?authSource=login",
    database: "shop",
    collection: "a.b",
  });
});

Deno.test("parseAddress() refuses what cannot mean anything", async (t) => {
  const table: readonly [string, "source" | "target", string | undefined, string, string][] = [
    ["", "source", undefined, "it is empty", "mongodb://"],
    ["mongodb:", "source", undefined, "not a connection string", "mongodb://host"],
    ["mongodb://", "source", undefined, "not a connection string", "mongodb://host"],
    ["mongodb://h:0/a", "source", undefined, '"0" is no port', "65535"],
    [
      "mongodb://[bad",
      "source",
      undefined,
      '"[bad" is neither a host name',
      "mongodb://[::1]:27017",
    ],
    ["mongodb://a,b c/x", "source", undefined, '"b c" is neither a host name', "[::1]"],
    ["mongodb://h:x/a", "source", undefined, '"x" is no port', "65535"],
    ["mongodb://a,,b/x", "source", undefined, "a host name is empty", ""],
    [
      "mongodb+srv://c.example.net:27017/a",
      "source",
      undefined,
      "finds the port itself",
      "port out",
    ],
    ["mongodb+srv://a.b.c,d.e.f/a", "source", undefined, "one host name", ""],
    ["mongodb://u:p/w@h/shop", "source", undefined, "%XX", "%2F"],
    ["mongodb://u:p@w@h/shop", "source", undefined, '"mongodb://u:***@h/shop"', 'write "@" as %40'],
    ["mongodb+srv://u:p@w@h.a.b/shop", "source", undefined, "%XX", 'write "@" as %40'],
    ["mongodb://u:p:w@h/shop", "source", undefined, "%XX", '":" as %3A'],
    ["mongodb//h/shop", "source", undefined, "Cannot tell", "did you mean mongodb://h/shop?"],
    [
      "mongodb//u:pw@h:1/shop.x",
      "source",
      undefined,
      '"mongodb//***@h:1/shop.x"',
      "did you mean mongodb://u:***@h:1/shop.x?",
    ],
    ["mongodb+srv//h.a.b", "source", undefined, "Cannot tell", "mongodb+srv://h.a.b?"],
    ["mongodb:/h/shop", "source", undefined, "not a conn", "did you mean mongodb://h/shop?"],
    ["mongodb:h:1/shop", "source", undefined, "not a conn", "did you mean mongodb://h:1/shop?"],
    ["mongodb:/u:pw@h/shop", "source", undefined, "not a conn", "mongodb://u:***@h/shop?"],
    ["mongdb://h/shop", "source", undefined, "is unknown", "did you mean mongodb://?"],
    ["mongodb://u:p%zz@h/shop", "source", undefined, "%XX", "%25"],
    ["mongodb://h/.orders", "source", undefined, "database name is empty", ""],
    ["mongodb://h/shop.", "source", undefined, "collection name is empty", "/shop is every"],
    ["mongodb://h/sh%20op.x", "source", undefined, 'cannot hold " "', ""],
    ["mongodb://h/$x.y", "source", undefined, 'cannot hold "$"', ""],
    ["mongodb://h/shop.a%zz", "source", undefined, "hexadecimal", "%25"],
    ["mongodb://h/shop.a#b", "source", undefined, '"#"', "%23"],
    ["mongodb://h/admin", "source", undefined, "keeps for itself", "--system"],
    ["mongodb://h/config", "target", undefined, "keeps for itself", "--system"],
    ["mongodb://h/local", "source", undefined, "keeps for itself", "--system"],
    ["mongo://h/shop", "source", undefined, '"mongo:" is unknown', "did you mean mongodb://?"],
    ["mongodbsrv://h/shop", "source", undefined, "is unknown", "did you mean mongodb"],
    ["http://u:secret@h/x.bson", "source", undefined, '"http:" is unknown', "connectors"],
    ["prod:shop.orders", "source", undefined, '"prod:" is unknown', "./prod:shop.orders"],
    ["nul:", "target", undefined, "is unknown", "did you mean null:?"],
    ["null:x", "target", undefined, 'nothing follows "null:"', "null:"],
    ["null:", "source", undefined, "only be the other end", ""],
    ["orders", "source", undefined, "no extension", "--from bson"],
    ["orders", "target", undefined, "no extension", "a dump folder ends in /"],
    [
      "tw.gz",
      "source",
      undefined,
      '".gz" says only how',
      "--from bson says it, or name it tw.bson.gz",
    ],
    [
      "d/tw.ZST",
      "target",
      undefined,
      '".ZST" says only how',
      "--to bson says it, or name it d/tw.bson",
    ],
    [
      "localhost:41939/t.tweets",
      "source",
      undefined,
      "is unknown",
      "mongodb://localhost:41939/t.tw",
    ],
    [
      "localhost/t.tweets",
      "source",
      undefined,
      "is unknown",
      "did you mean mongodb://localhost/t.",
    ],
    [
      "127.0.0.1:27017",
      "source",
      undefined,
      "Cannot tell",
      "did you mean mongodb://127.0.0.1:27017",
    ],
    ["db.example.com/shop", "target", undefined, "no extension", "mongodb://db.example.com/shop?"],
    ["a:1,b:2/shop.x", "source", undefined, "is unknown", "did you mean mongodb://a:1,b:2/shop.x?"],
    ["ada:secret@h:1/shop", "source", undefined, '"***@h:1/shop"', "mongodb://***@h:1/shop?"],
    ["1ada:secret@h:1/shop", "source", undefined, '"***@h:1/shop"', "mongodb://***@h:1/shop?"],
    [
      "folder/orders",
      "source",
      undefined,
      "no extension",
      "--from bson says it; or is it a folder?",
    ],
    ["orders.bsn", "target", undefined, '".bsn" is unknown', "did you mean .bson?"],
    ["orders.xml", "source", undefined, '".xml" is unknown', "--from bson"],
    [".bson", "source", undefined, "Cannot tell the format", ""],
    ["orders.ndjson", "source", undefined, "does not read ndjson", "bson"],
    ["orders.json.gz", "target", undefined, "does not write ndjson", "orders.bson.gz"],
    ["orders.csv", "source", undefined, "does not read csv", "bson"],
    ["shop.sqlite", "target", undefined, "does not write sqlite", "bson"],
    ["sqlite:x", "target", undefined, "does not write sqlite", "bson"],
    ["-", "source", "bsno", "the format is unknown", "did you mean --from bson?"],
    ["-", "target", "ndjson", "does not write ndjson", "bson"],
    ["x.bson", "source", "mongodb", "it looks like a file", "mongodb://"],
    ["mongodb://h/shop", "source", "bson", "it is mongodb", "leave out --from bson"],
    ["env:", "source", undefined, "names no variable", "env:NAME"],
    ["env:NOT_SET", "source", undefined, "is not set", "export NOT_SET="],
    ["env:EMPTY", "source", undefined, "is empty", "export EMPTY="],
    ["env:NESTED", "source", undefined, "is the last step", ""],
    ["@", "target", undefined, "names no file", "@file"],
    ["@blank", "target", undefined, "first line is empty", ""],
  ];
  const variables: Record<string, string> = { EMPTY: " ", NESTED: "env:NESTED" };
  for (const [text, role, format, message, hint] of table) {
    await t.step(`${text || '""'} ${format ?? ""}`, () => {
      const error = assertThrows(
        () =>
          parseAddress(text, {
            role,
            ...(format === undefined ? {} : { format }),
            env: (name) => variables[name],
            readFile: () => "\n",
          }),
        UsageError,
      );
      assertStringIncludes(error.message, message);
      assertStringIncludes(error.hint ?? "", hint);
      assert(!/secret|p\/w|p%zz/.test(error.message + error.hint), error.message);
    });
  }
});

Deno.test("parseAddress() follows env:NAME and @file, and shows what is in them without secrets", () => {
  const text = "mongodb://ada:secret@h/shop.orders";
  const env = parseAddress("env:PROD", { role: "source", env: () => ` ${text}\n` });
  assertEquals(env.display, "mongodb://ada:***@h/shop.orders");
  const file = parseAddress("@where", {
    role: "target",
    readFile: (path) => path === "where" ? `\uFEFF${text}\r\nmore` : "",
  });
  assertEquals(file, env);
});

Deno.test("parseAddress() takes a database of the server itself where it may", () => {
  const address = parseAddress("mongodb://h/admin", { role: "source", system: true });
  assertEquals(address.database, "admin");
});

Deno.test("redactConnectionString() hides every secret", async (t) => {
  const table: readonly [string, string][] = [
    ["mongodb://h/a.b", "mongodb://h/a.b"],
    ["mongodb://u@h/a.b", "mongodb://u@h/a.b"],
    ["mongodb://u:p@h:1,i:2/a?x=1", "mongodb://u:***@h:1,i:2/a?x=1"],
    ["mongodb://u:p:q@h/a", "mongodb://u:***@h/a"],
    ["mongodb://u:p@q@h/a", "mongodb://u:***@h/a"],
    ["mongodb://u:p/q@h/a", "mongodb://u:***@h/a"],
    ["mongodb://u:p?q@h/a", "mongodb://u:***@h/a"],
    ["mongodb://u:12/q@h/a", "mongodb://u:***@h/a"],
    ["mongodb://u:§ /§@h/a", "mongodb://u:***@h/a"],
    ["mongodb://u:p@1?q@h/a", "mongodb://u:***@h/a"],
    ["mongodb://h/a?proxyPassword=x&y=z", "mongodb://h/a?proxyPassword=***&y=z"],
    [
      "mongodb://h/?tlsCertificateKeyFilePassword=x",
      "mongodb://h/?tlsCertificateKeyFilePassword=***",
    ],
    [
      "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:x%2Fy,SERVICE_NAME:m",
      "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:***,SERVICE_NAME:m",
    ],
    [
      "mongodb://h/?authmechanismproperties=AWS_SESSION_TOKEN%3Ax",
      "mongodb://h/?authmechanismproperties=AWS_SESSION_TOKEN:***",
    ],
  ];
  for (const [text, wanted] of table) {
    await t.step(text, () => assertEquals(redactConnectionString(text), wanted));
  }
});

Deno.test("redactConnectionString() shows no password, whatever is in it", () => {
  const secret = fc.string({ minLength: 1, maxLength: 12, unit: "binary" }).map((text) =>
    `§${text}§`
  );
  fc.assert(fc.property(secret, fc.boolean(), (password, encoded) => {
    const written = encoded ? encodeURIComponent(password) : password;
    const shown = redactConnectionString(`mongodb://ada:${written}@db.example:27017/shop.orders`);
    assert(!shown.includes("§"), shown);
    assert(!shown.includes("%C2%A7"), shown);
    assertStringIncludes(shown, "db.example:27017");
  }));
});

Deno.test("lacksPassword() and withPassword() are about the connection string", () => {
  const lacking = (text: string) => lacksPassword(parseAddress(text, source));
  assert(lacking("mongodb://u@h/a"));
  assert(!lacking("mongodb://u:p@h/a"));
  assert(!lacking("mongodb://h/a"));
  assert(!lacking("mongodb://CN=x@h/a?authMechanism=MONGODB-X509"));
  assert(!lacking("orders.bson"));
  const address = withPassword(parseAddress("mongodb://u@h/a", source), "p@:/%ä'");
  assertEquals(address.uri, "mongodb://u:p%40%3A%2F%25%C3%A4'@h/?authSource=a");
  assertEquals(address.display, "mongodb://u@h/a");
});

Deno.test("hostsOf() spells hosts in one way", async (t) => {
  const table: readonly [string, readonly string[], boolean][] = [
    ["mongodb://localhost/a", ["localhost:27017"], true],
    ["mongodb://127.0.0.1:27017/a", ["localhost:27017"], true],
    ["mongodb://127.1.2.3:1/a", ["localhost:1"], true],
    ["mongodb://[::1]:27017/a", ["localhost:27017"], true],
    ["mongodb://DB.Example./a", ["db.example:27017"], false],
    ["mongodb://localhost,db.example:2/a", ["localhost:27017", "db.example:2"], false],
    ["mongodb+srv://c.example.net/a", ["c.example.net"], false],
  ];
  for (const [text, hosts, local] of table) {
    await t.step(text, () => {
      const address = parseAddress(text, source);
      assertEquals(hostsOf(address), hosts);
      assertEquals(isThisMachine(address), local);
    });
  }
});
