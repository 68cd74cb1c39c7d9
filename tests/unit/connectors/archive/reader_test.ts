import { assert, assertEquals, assertRejects } from "@std/assert";
import { serialize } from "bson";
import fc from "fast-check";
import { ArchiveReader } from "../../../../src/connectors/archive/_reader.ts";
import { batchDocument, DataError, formatNamespace } from "../../../../src/core/mod.ts";
import {
  end,
  head,
  hex,
  joined,
  type Listed,
  NAMESPACES,
  readBytes,
  segment,
} from "./_archives.ts";

const A = { db: "shop", collection: "a" }, B = { db: "shop", collection: "b" };
const docs = (count: number, size = 0) =>
  Array.from(
    { length: count },
    (_, i) => new Uint8Array(serialize({ _id: i, text: "x".repeat(size) })),
  );

async function* inChunks(bytes: Uint8Array, sizes: readonly number[]) {
  // One buffer for all, as a source of bytes does: what is kept of a chunk must have been copied.
  const chunk = new Uint8Array(bytes.length);
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? bytes.length);
    const part = bytes.subarray(at, at + size);
    chunk.fill(0xaa);
    chunk.set(part);
    yield chunk.subarray(0, part.length);
    at += part.length;
  }
}

interface Result {
  readonly documents: Map<string, string[]>;
  readonly metadata: string;
}

async function readChunks(
  bytes: Uint8Array,
  sizes: readonly number[],
  options = { batchBytes: 4096, batchDocuments: Infinity },
  release = true,
): Promise<Result> {
  const reader = new ArchiveReader(inChunks(bytes, sizes), "x.archive");
  const { collections, serverVersion } = await reader.head();
  const documents = new Map<string, string[]>();
  const held: { name: string; documents: Uint8Array[] }[] = [];
  for await (const part of reader.parts(options)) {
    const name = formatNamespace(part.namespace);
    const found = documents.get(name) ?? [];
    documents.set(name, found);
    if (part.type === "end") continue;
    assertEquals(
      part.firstIndex,
      found.length + held.filter((h) => h.name === name)
        .reduce((sum, h) => sum + h.documents.length, 0),
    );
    const each = Array.from(part.starts, (_, i) => batchDocument({ ...part } as never, i));
    if (!release) {
      held.push({ name, documents: each });
      continue;
    }
    found.push(...each.map(hex));
    part.release();
  }
  for (const { name, documents: each } of held) documents.get(name)!.push(...each.map(hex));
  const metadata = collections.map((info) =>
    JSON.stringify([
      info.namespace,
      info.type,
      info.uuid,
      info.options === undefined ? "" : hex(info.options),
      info.indexes?.map(hex),
    ])
  );
  return { documents, metadata: JSON.stringify([serverVersion, metadata]) };
}

/** Random collections, cut into segments that come in a random order. */
const archives = fc.record({
  namespaces: NAMESPACES,
  sizes: fc.array(fc.array(fc.oneof(fc.nat(300), fc.nat(9000)), { maxLength: 12 }), {
    minLength: 5,
    maxLength: 5,
  }),
  cuts: fc.array(fc.nat(3), { maxLength: 40 }),
  order: fc.array(fc.nat(4), { maxLength: 60 }),
  chunks: fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 8 }),
  batchBytes: fc.integer({ min: 1, max: 20_000 }),
  batchDocuments: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 5 })),
  release: fc.boolean(),
});

Deno.test("ArchiveReader gives the same documents however segments and chunks are cut", async () => {
  await fc.assert(
    fc.asyncProperty(archives, async (archive) => {
      const { namespaces, sizes, cuts, order, chunks, release, ...options } = archive;
      const listed: Listed[] = namespaces.map((each) => ({ ...each, metadata: "" }));
      const all = listed.map((_, i) =>
        sizes[i]!.map((size, n) => new Uint8Array(serialize({ _id: n, c: i, x: "y".repeat(size) })))
      );
      const left = all.map((each) => [...each]);
      const parts = [head(listed)];
      let cut = 0;
      for (const pick of order) {
        const i = pick % listed.length;
        parts.push(segment(listed[i]!, left[i]!.splice(0, cuts[cut++ % cuts.length] ?? 1)));
      }
      listed.forEach((namespace, i) => {
        parts.push(segment(namespace, left[i]!), end(namespace, all[i]!));
      });
      const { documents } = await readChunks(joined(parts), chunks, options, release);
      assertEquals(
        documents,
        new Map(listed.map((each, i) => [formatNamespace(each), all[i]!.map(hex)])),
      );
    }),
    { numRuns: 150 },
  );
});

const SMALL = joined([
  head([A, {
    ...B,
    metadata:
      '{"options":{"capped":true,"size":{"$numberInt":"4096"}},"indexes":[{"v":{"$numberInt":"2"},' +
      '"key":{"b":{"$numberInt":"1"},"a":{"$numberInt":"-1"}},"name":"b_a","unique":true}],' +
      '"uuid":"","collectionName":"b","type":"collection"}',
  }]),
  segment(A, docs(2)),
  segment(B, docs(1, 9)),
  segment(A, docs(3).slice(2)),
  end(A, docs(3)),
  end(B, docs(1, 9)),
]);

Deno.test("ArchiveReader says where an archive was cut, at every byte", async () => {
  for (let cut = 0; cut < SMALL.length; cut++) {
    const error = await assertRejects(
      () => readChunks(SMALL.subarray(0, cut), [37]),
      DataError,
      undefined,
      `cut at ${cut}`,
    );
    assertEquals(error.offset, cut < 4 ? 0 : cut, error.message);
  }
});

Deno.test("ArchiveReader never takes a changed byte for the document that was written", async () => {
  const whole = await readChunks(SMALL, [SMALL.length]);
  const headEnd = head([A]).length;
  assert(SMALL.length > headEnd);
  const metadataEnd = SMALL.length - joined([
    segment(A, docs(2)),
    segment(B, docs(1, 9)),
    segment(A, docs(3).slice(2)),
    end(A, docs(3)),
    end(B, docs(1, 9)),
  ]).length;
  let refused = 0, other = 0;
  for (let at = 0; at < SMALL.length; at++) {
    // Each bit, and all of them.
    for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 0xff]) {
      const changed = SMALL.slice();
      changed[at]! ^= flip;
      let read: Result;
      try {
        read = await readChunks(changed, [SMALL.length]);
      } catch (error) {
        assert(error instanceof DataError, `byte ${at}: ${error}`);
        assert(error.offset !== undefined, `byte ${at}: ${error.message}`);
        refused++;
        continue;
      }
      assertEquals(read.documents, whole.documents, `byte ${at} ^ ${flip}`);
      if (read.metadata === whole.metadata) continue;
      // Nothing guards the list of collections: what it says is carried as it is said.
      assert(at < metadataEnd, `byte ${at} ^ ${flip} changed the metadata`);
      other++;
    }
  }
  assert(refused > SMALL.length, `${refused} refused, ${other} other metadata`);
});

Deno.test("ArchiveReader tells what is wrong, and where", async (t) => {
  const start = head([A]);
  const at = start.length;
  const good = docs(2);
  const wrongCrc = joined([segment(A, good), end(A, good.slice(1))]);
  const huge = new Uint8Array([1, 0, 0, 2, 0]);
  const table: [string, Uint8Array, RegExp, number][] = [
    ["nothing", new Uint8Array(), /as an archive: it is an empty file/, 0],
    ["another file", docs(1)[0]!, /as an archive: it is/, 0],
    ["never ends", joined([start, segment(A, good)]), /ends before "shop\.a" does/, -1],
    [
      "goes on",
      joined([start, end(A, []), segment(A, good)]),
      /"shop\.a" goes on after its end/,
      -1,
    ],
    [
      "ends twice",
      joined([start, end(A, []), end(A, [])]),
      /goes on after its end/,
      at + end(A, []).length,
    ],
    [
      "two terminators",
      joined([start, segment(A, good), new Uint8Array(4).fill(255)]),
      /two ends of a segment/,
      at + segment(A, good).length,
    ],
    [
      "a long length",
      joined([start, segment(A, [huge])]),
      /length of document 0 of "shop\.a" is/,
      -1,
    ],
    [
      "a checksum",
      joined([start, wrongCrc]),
      /checksum of "shop\.a" is 0x[0-9a-f]{16}, and should be 0x[0-9a-f]{16}/,
      at + segment(A, good).length,
    ],
    [
      "documents after the end",
      joined([start, end(A, []).subarray(0, -4), good[0]!]),
      /documents follow the end/,
      -1,
    ],
    ["listed twice", head([A, A]), /"shop\.a" is listed twice/, -1],
    ["metadata", head([{ ...A, metadata: "{" }]), /metadata of shop\.a in x\.archive/, -1],
    [
      "a segment without a name",
      joined([start, serialize({ db: "shop" })]),
      /header of a segment has no name/,
      at,
    ],
    [
      "an entry that leads elsewhere",
      head([{ ...A, db: "../a" }]),
      /"\.\.\/a", and it has "\."/,
      -1,
    ],
    ["an entry of no database", head([{ ...A, db: "" }]), /names "a" and no database/, -1],
    ["an entry of no name", head([{ ...A, collection: "" }]), /entry of the list .* no name/, -1],
    [
      "a segment that leads elsewhere",
      joined([start, segment({ db: "a\\b", collection: "c" }, good)]),
      /header of a segment names the database "a\\b"/,
      at,
    ],
    [
      "a header that is none",
      joined([start, new Uint8Array([6, 0, 0, 0, 9, 0])]),
      /is not BSON/,
      at,
    ],
    [
      "a checksum of another type",
      joined([
        start,
        serialize({ ...A, EOF: true, CRC: "x" }),
        new Uint8Array(4).fill(255),
      ]),
      /checksum of "shop\.a" is no whole number/,
      at,
    ],
  ];
  for (const [name, bytes, message, offset] of table) {
    await t.step(name, async () => {
      const error = await assertRejects(() => readChunks(bytes, [100]), DataError);
      assert(message.test(error.message), error.message);
      assert(error.offset !== undefined);
      if (offset >= 0) assertEquals(error.offset, offset);
    });
  }
});

Deno.test("ArchiveReader gives the documents before the one that is wrong", async () => {
  const bad = new Uint8Array([3, 0, 0, 0]);
  const bytes = joined([head([A]), segment(A, [...docs(5), bad])]);
  const reader = new ArchiveReader(inChunks(bytes, [bytes.length]), "x.archive");
  await reader.head();
  let count = 0;
  await assertRejects(async () => {
    for await (const part of reader.parts({ batchBytes: 1e6, batchDocuments: 1e6 })) {
      if (part.type === "documents") count += part.starts.length;
    }
  }, DataError);
  assertEquals(count, 5);
});

Deno.test("ArchiveReader takes documents of 16 MiB between small ones", async () => {
  const large = new Uint8Array(serialize({ _id: 1, text: "z".repeat(16 * 1024 * 1024 - 100) }));
  const all = [...docs(1), large, ...docs(2), large];
  const bytes = joined([head([A]), segment(A, all), end(A, all)]);
  const reader = new ArchiveReader(inChunks(bytes, [65_536]), "x.archive");
  await reader.head();
  const lengths: number[] = [];
  for await (const part of reader.parts({ batchBytes: 1000, batchDocuments: Infinity })) {
    if (part.type !== "documents") continue;
    for (let i = 0; i < part.starts.length; i++) {
      lengths.push(batchDocument({ ...part } as never, i).length);
    }
    part.release();
  }
  assertEquals(lengths, all.map(({ length }) => length));
});

Deno.test("ArchiveReader uses its buffers again once they are let go of", async () => {
  const all = docs(20_000, 200);
  const bytes = joined([head([A]), segment(A, all), end(A, all)]);
  const read = async (keep: boolean) => {
    const reader = new ArchiveReader(inChunks(bytes, [65_536]), "x.archive");
    await reader.head();
    const buffers = new Set<Uint8Array>();
    for await (const part of reader.parts({ batchBytes: 50_000, batchDocuments: Infinity })) {
      if (part.type !== "documents") continue;
      buffers.add(part.buffer);
      if (!keep) part.release();
    }
    return buffers.size;
  };
  assert(await read(false) <= 3, "buffers are not used again");
  assert(await read(true) > 50, "buffers are used again while they are held");
});

Deno.test("ArchiveReader believes no length: what is not there is not allocated", async () => {
  const lie = new Uint8Array([0, 0, 0xff, 0, 0x10]);
  const bytes = joined([head([A]), segment(A, []).subarray(0, -4), lie]);
  await assertRejects(() => readChunks(bytes, [10]), DataError, "ends inside document 0");
});

Deno.test("ArchiveConnector takes collections that are not listed, and says so", async () => {
  const bytes = joined([head([A]), segment(B, docs(1)), end(B, docs(1)), end(A, [])]);
  const { documents, issues } = await readBytes(bytes);
  assertEquals([...documents.keys()].sort(), ["shop.a", "shop.b"]);
  assertEquals(issues.map(({ code }) => code), ["no-metadata"]);
  const { documents: one } = await readBytes(bytes, {
    include: ({ collection }) => collection === "a",
  });
  assertEquals([...one.keys()], ["shop.a"]);
});
