import { serialize } from "bson";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DataError, DatahoodError, UsageError } from "../../../src/core/mod.ts";
import {
  loadProfiles,
  type Profile,
  saveProfiles,
  type ValuesMode,
} from "../../../src/profile/mod.ts";
import { string } from "../../fixtures/every_type.ts";
import { document, element } from "../bson/_documents.ts";
import { anyDocuments, collectionOf, profileOf } from "./_profiles.ts";

const MODES: readonly ValuesMode[] = ["none", "enums", "all"];

function save(profile: Profile): string {
  return saveProfiles([collectionOf(profile)]);
}

function load(text: string): Profile {
  return loadProfiles(text, "x")[0]!.profile;
}

/** Orders of two kinds, with a tag, an enum, gaps, an array of objects and a null. */
const ORDERS = Array.from({ length: 40 }, (_, i) =>
  serialize({
    _id: i,
    kind: i % 2 === 0 ? "card" : "cash",
    ...(i % 2 === 0 ? { last4: "1234" } : {}),
    total: i === 7 ? null : i * 1.5,
    items: Array.from({ length: i % 3 }, (_, k) => ({ sku: `s${k}`, n: k })),
  }));

Deno.test("saveProfiles() writes a line for each field", () => {
  const documents = [
    serialize({ _id: 1, kind: "a", tags: [], at: new Date(0), x: NaN }),
    serialize({ _id: 2, kind: "b", tags: ["u", null], y: { z: true } }),
  ];
  const expected = [
    '{"datahood":"profile","version":1,"by":"0.1.0","collections":[',
    `{"db":"shop","collection":"orders","values":"enums","bytes":${
      documents[0]!.length + documents[1]!.length
    },"ids":[2,1],"documents":{"count":2,` +
    '"tags":[' +
    '{"key":"kind","rows":[["a",1,1,1,0],["b",1,0,0,1]]}],"fields":[',
    ' {"key":"_id","count":2,"positions":0,"kinds":{"int":2},' +
    '"int":{"range":[1,2]},"ids":{"int":[0,1]}},',
    ' {"key":"at","count":1,"positions":3,"kinds":{"date":1},' +
    '"date":{"range":["0","0"]},"ids":{"date":[1]}},',
    ' {"key":"kind","count":2,"positions":2,"kinds":{"string":2},' +
    '"string":{"bytes":[1,1],"values":[["a",1],["b",1]]},"ids":{"string":[0,1]}},',
    ' {"key":"tags","count":2,"positions":4,"kinds":{"array":2},"ids":{"array":[0,1]},' +
    '"array":{"lengths":[0,2],"empty":1,"positions":[{"string":1},{"null":1}],' +
    '"element":{"kinds":{"string":1,"null":1},"string":{"bytes":[1,1],"values":[["u",1]]},' +
    '"ids":{"string":[0],"null":[0]}}}},',
    ' {"key":"x","count":1,"positions":4,"kinds":{"double":1},' +
    '"double":{"range":["Infinity","-Infinity"],"integers":0,"nan":1},"ids":{"double":[1]}},',
    ' {"key":"y","count":1,"positions":3,"kinds":{"object":1},"ids":{"object":[0]},' +
    '"object":{"count":1,"fields":[',
    '  {"key":"z","count":1,"positions":0,"kinds":{"boolean":1},"trues":1,' +
    '"ids":{"boolean":[0]}}]}}]}}',
  ];
  const lines = save(profileOf(documents)).split("\n");
  assertEquals(lines.slice(0, -2), expected);
  assertEquals(lines.at(-1), "");
});

Deno.test("loadProfiles() gives what saveProfiles() was given", () => {
  fc.assert(fc.property(anyDocuments, fc.constantFrom(...MODES), (documents, values) => {
    const text = save(profileOf(documents, values));
    assertEquals(save(load(text)), text);
  }));
});

Deno.test("loaded profiles merge and go on as if they had never been saved", () => {
  fc.assert(
    fc.property(
      anyDocuments,
      anyDocuments,
      fc.constantFrom(...MODES),
      (first, second, values) => {
        const whole = save(profileOf([...first, ...second], values));
        const merged = load(save(profileOf(first, values)));
        merged.merge(load(save(profileOf(second, values))));
        assertEquals(save(merged), whole);
        const continued = load(save(profileOf(second, values)));
        for (const bytes of first) continued.addDocument(bytes);
        assertEquals(save(continued), whole);
      },
    ),
    { numRuns: 300 },
  );
});

const PERSONAL = ["password", "email", "phone", "iban", "ssn", "dob", "token", "secret", "tel"];

Deno.test("loaded profiles merge exactly above the caps too", () => {
  // 3,000 keys, of which 1,000 are kept; 60 texts, of which none are; 25 kinds of objects.
  const documents = Array.from({ length: 1500 }, (_, i) =>
    serialize({
      _id: i,
      // Some of the personal keys are folded, some at once, and some not.
      data: { [`k${i}`]: i, [`m${i % 1400}`]: "x", [PERSONAL[i % 50] ?? "x"]: ["word", 7] },
      text: `t${i % 60}`,
      kind: `k${i % 25}`,
      [`part${i % 25}`]: i % 2 === 0 ? 1 : null,
    }));
  const whole = save(profileOf(documents));
  assert(whole.includes('"folded":{') && whole.includes('"limit":'), "nothing was folded");
  const parts = [0, 1, 2].map((part) => documents.filter((_, i) => i % 3 === part));
  for (const order of [[0, 1, 2], [2, 0, 1], [1, 2, 0]]) {
    const merged = load(save(profileOf(parts[order[0]!]!)));
    for (const part of order.slice(1)) merged.merge(load(save(profileOf(parts[part]!))));
    assertEquals(save(merged), whole);
  }
});

Deno.test("saveProfiles() sorts collections and keeps what was read of them", () => {
  const one = { ...collectionOf(profileOf(ORDERS), "b"), of: 1000 };
  const two = collectionOf(profileOf([]), "a");
  const three = collectionOf(profileOf(ORDERS.slice(3)), "a", "zoo");
  const text = saveProfiles([three, one, two]);
  assertEquals(saveProfiles([two, one, three]), text);
  const loaded = loadProfiles(text, "x");
  assertEquals(loaded.map(({ namespace, of, profile }) => [namespace, of, profile.documents]), [
    [{ db: "shop", collection: "a" }, undefined, 0],
    [{ db: "shop", collection: "b" }, 1000, 40],
    [{ db: "zoo", collection: "a" }, undefined, 37],
  ]);
  assertEquals(loadProfiles(saveProfiles([]), "x"), []);
});

Deno.test("saveProfiles() holds no value and no _id of a profile without values", () => {
  const secret = serialize({ _id: "id-8a", s: "val-8a", n: 424242, o: { t: ["val-8b"] } });
  const text = save(profileOf([secret, secret], "none"));
  assertEquals(/id-8a|val-8|"ids"|"values":\[/.exec(text), null);
  assert(/id-8a/.test(save(profileOf([secret]))));
});

Deno.test("saveProfiles() holds nothing personal or long unless all values are asked for", () => {
  const documents = ["ada@example.org", "bob@example.org"].flatMap((id, i) =>
    Array.from({ length: 30 }, () =>
      serialize({
        _id: id,
        kind: "private",
        contact: i === 0 ? "none" : "+49 30 1234567",
        password: "hunter2",
        phones: ["none"],
        insurance: 1234567,
        text: "long ".repeat(13),
        status: 200,
        deep: [{ Email: "unknown" }],
      }))
  );
  const kept = (values: ValuesMode) => {
    const text = save(profileOf(documents, values));
    const words = /ada@example|private|1234567|none|hunter2|long long|200|unknown/g;
    // The greatest and the least number are told.
    return [...new Set(text.replace(/"range":\[.*?\]/g, "").match(words))].sort();
  };
  assertEquals(kept("none"), ["none"]);
  assertEquals(kept("enums"), ["200", "none", "private"]);
  assertEquals(
    kept("all"),
    ["200", "ada@example", "hunter2", "1234567", "none", "private", "unknown"].sort(),
  );
});

Deno.test("loadProfiles() and merges go on keeping nothing personal", () => {
  const one = serialize({ a: "x", phone: "x", phones: ["x"] });
  const other = serialize({ a: "ada@example.org", phone: "y", phones: ["ada@example.org"] });
  const whole = save(profileOf([one, other]));
  for (const profile of [profileOf([one]), load(save(profileOf([one])))]) {
    const merged = load(save(profileOf([])));
    merged.merge(profile);
    for (const into of [profile, merged]) {
      into.addDocument(other);
      assertEquals(save(into), whole);
    }
  }
  assertEquals(/ada|"values":\[/.exec(whole), null);
});

Deno.test("Profile.merge() refuses a profile that keeps other values", () => {
  const one = load(save(profileOf(ORDERS, "none")));
  const error = assertThrows(() => profileOf(ORDERS).merge(one), UsageError);
  assertEquals(
    error.message,
    'Cannot merge profiles: one keeps "enums" of the values, the other "none"',
  );
});

Deno.test("saveProfiles() keeps keys and values that are not UTF-8", () => {
  const bytes = document(
    element(2, "_id", string(Uint8Array.of(0xc3, 0x28))),
    element(2, Uint8Array.of(0xff), string(Uint8Array.of(0xfe, 0x41))),
    element(2, Uint8Array.of(0xff, 0x80), string(Uint8Array.of(0x41))),
  );
  const text = save(profileOf([bytes]));
  assertEquals([...text.matchAll(/^ \{"key":\{"base64":"(.*?)"\}/gm)].map(([, key]) => key), [
    "/w==",
    "/4A=",
  ]);
  assert(text.includes('"values":[[{"base64":"/kE="},1]]'), text);
  const keys = [...load(text).root.all()].map(({ keyBytes }) => [...keyBytes]);
  assertEquals(keys, [[0x5f, 0x69, 0x64, 0], [0xff, 0], [0xff, 0x80, 0]]);
});

Deno.test("loadProfiles() refuses a file with any byte changed, or reads the same", () => {
  const text = save(profileOf(ORDERS.slice(0, 12)));
  const changes = (at: number): string[] => {
    const before = text.slice(0, at), after = text.slice(at + 1);
    const flipped = String.fromCharCode(text.charCodeAt(at) ^ 1);
    const digit = /\d/.test(text[at]!) ? [String((Number(text[at]!) + 1) % 10)] : [];
    return [flipped, ...digit, "", `${text[at]}0`, " ", "-"].map((now) =>
      `${before}${now}${after}`
    );
  };
  let refused = 0, read = 0;
  for (let at = 0; at < text.length; at++) {
    for (const changed of changes(at)) {
      try {
        assertEquals(saveProfiles(loadProfiles(changed, "x")), text, changed);
        read++;
      } catch (error) {
        if (!(error instanceof DatahoodError)) throw error;
        refused++;
      }
    }
  }
  // Blanks between tokens, the marks of lines and the version of datahood do not count.
  assert(refused > 10 * read, `${refused} refused, ${read} read`);
});

Deno.test("loadProfiles() says of a file that ends early that it is cut", () => {
  const text = save(profileOf(ORDERS)).trimEnd();
  const begin = '{"datahood":"profile"'.length;
  for (let length = begin; length < text.length; length++) {
    assertThrows(
      () => load(text.slice(0, length)),
      DataError,
      "it is cut short, its text ends in line",
    );
  }
  assertThrows(() => load(""), DataError, "it is empty");
  assertEquals(save(load(text)), `${text}\n`);
});

Deno.test("loadProfiles() reads a file that was formatted anew", () => {
  const text = save(profileOf(ORDERS));
  const formatted = JSON.stringify(JSON.parse(text), null, 2);
  for (const other of [formatted, text.replaceAll("\n", "\r\n"), `\ufeff${text}`]) {
    assertEquals(save(load(other)), text);
  }
});

Deno.test("loadProfiles() says what is wrong, and where", async (t) => {
  const text = save(profileOf(ORDERS));
  const line = text.split("\n").findIndex((line) => line.includes('"key":"sku","count"')) + 1;
  assert(line > 0);
  const table: [string, string, new (message: string) => DatahoodError, string][] = [
    ["BSON", "\u0016\u0000\u0000", DataError, 'Cannot read "f" as a profile: it is not JSON'],
    [
      "other JSON",
      '{"a":1}',
      DataError,
      'Cannot read "f" as a profile: it is JSON of something else',
    ],
    ["a list", "[]", DataError, "it is JSON of something else"],
    [
      "a newer one",
      text.replace('"version":1,"by":"0.1.0"', '"version":7,"by":"9.1.0"'),
      UsageError,
      'Cannot read the profile "f": it has version 7 of datahood 9.1.0, and this datahood (0.1.0) ' +
      "knows version 1",
    ],
    [
      "a count",
      text.replace(/("key":"sku","count":)\d+/, "$11000"),
      DataError,
      'Cannot read the profile "f": it was changed after datahood wrote it: ' +
      `line ${line}, orders.items[].sku`,
    ],
    [
      "a value",
      text.replace('["cash",20]', '["cash","20"]'),
      DataError,
      '"values" is no count, at orders.kind',
    ],
    ["a kind", text.replace('{"array":', '{"arrays":'), DataError, '"arrays" is no kind of value'],
    [
      "a field taken out",
      text.replace(/^ \{"key":"last4".*\n/m, ""),
      DataError,
      "it was changed after datahood wrote it: a row of a tag fits no value, at orders",
    ],
    [
      "a merge conflict",
      text.replace(/^( \{"key":"last4".*\n)/m, "<<<<<<< HEAD\n$1=======\n"),
      DataError,
      "column 1 is no JSON",
    ],
    ["another version", text.replace('"version":1', '"version":"1"'), DataError, 'version is "1"'],
  ];
  for (const [what, changed, kind, message] of table) {
    await t.step(what, () => {
      assert(changed !== text);
      const error = assertThrows(() => loadProfiles(changed, "f"), kind, message);
      assert(error instanceof DatahoodError && error.hint !== undefined);
    });
  }
});
