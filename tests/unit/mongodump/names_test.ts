import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { collectionOfDumpFile, Crc64, dumpFileName } from "../../../src/mongodump/mod.ts";

Deno.test("dumpFileName() escapes as mongodump does", async (t) => {
  const table: [string, string][] = [
    ["orders", "orders"],
    ["a b", "a+b"],
    ["a$b", "a%24b"],
    ["a/b", "a%2Fb"],
    ["A-Za_z0.~", "A-Za_z0.~"],
    ["!'()*", "%21%27%28%29%2A"],
    ["with space and é/ü", "with+space+and+%C3%A9%2F%C3%BC"],
    ["x".repeat(238), "x".repeat(238)],
  ];
  for (const [name, wanted] of table) {
    await t.step(wanted.slice(0, 30), () => assertEquals(dumpFileName(name), wanted));
  }
  await t.step("cut", () => {
    const name = dumpFileName("x".repeat(239));
    assertEquals(name.length, 238);
    assertEquals(name.startsWith(`${"x".repeat(208)}%24`), true);
    assertEquals(collectionOfDumpFile(name), undefined);
  });
});

Deno.test("collectionOfDumpFile() undoes dumpFileName()", () => {
  const names = fc.string({ unit: "binary", minLength: 1, maxLength: 60 })
    .filter((name) => name.isWellFormed() && dumpFileName(name).length <= 238);
  fc.assert(fc.property(names, (name) => {
    assertEquals(collectionOfDumpFile(dumpFileName(name)), name);
  }));
});

Deno.test("Crc64 of many bytes at once is that of the same bytes one by one", () => {
  // From half a KiB on another way of reckoning is taken, in pieces of 64 KiB.
  for (const length of [511, 512, 513, 527, 528, 65_535, 65_536, 65_537, 200_001]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7) & 0xff);
    for (const start of [0, 1, 7]) {
      const [whole, single] = [new Crc64(), new Crc64()];
      whole.update(bytes, start);
      for (let i = start; i < length; i++) single.update(bytes, i, i + 1);
      assertEquals(whole.value, single.value, `${length} from ${start}`);
    }
  }
});

Deno.test("Crc64 is the same however the bytes come", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 99 }), fc.nat(99), (bytes, cut) => {
    const [whole, parts] = [new Crc64(), new Crc64()];
    whole.update(bytes);
    const at = Math.min(cut, bytes.length);
    parts.update(bytes, 0, at);
    for (let i = at; i < bytes.length; i++) parts.update(bytes, i, i + 1);
    assertEquals(parts.value, whole.value);
  }));
});
