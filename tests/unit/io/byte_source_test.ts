import { constants, gzipSync } from "node:zlib";
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  DataError,
  InterruptedError,
  IoError,
  NotFoundError,
  PermissionError,
  UsageError,
} from "../../../src/core/mod.ts";
import { openByteSource } from "../../../src/io/mod.ts";
import { concat, int32 } from "../../fixtures/every_type.ts";
import {
  fileOf,
  gzipMembers,
  type Outcome,
  readAll,
  someBytes,
  temporaryFolder,
  zstdFrames,
} from "./_files.ts";

const read = { read: true, write: true } as const;
const skippable = (bytes: Uint8Array, variant = 0): Uint8Array =>
  concat([0x50 + variant, 0x2a, 0x4d, 0x18], int32(bytes.length), bytes);

/** Pieces of any size, some empty, some longer than the buffers inside. */
const pieces = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    { weight: 2, arbitrary: fc.nat({ max: 100_000 }).map((length) => someBytes(length)) },
    { weight: 1, arbitrary: fc.nat({ max: 600_000 }).map((length) => new Uint8Array(length)) },
  ),
  { minLength: 1, maxLength: 6 },
);

Deno.test("openByteSource() gives the same bytes of gzip with any number of members", {
  permissions: read,
}, async () => {
  await using folder = await temporaryFolder();
  await fc.assert(
    fc.asyncProperty(pieces, fc.constantFrom(1, 6, 9), async (pieces, level) => {
      const path = await fileOf(folder.path, "x", gzipMembers(pieces, level));
      assertEquals(await readAll(path), { bytes: concat(...pieces) });
    }),
    { numRuns: 40 },
  );
});

Deno.test("openByteSource() gives the same bytes of zstd with any number of frames", {
  permissions: read,
}, async () => {
  await using folder = await temporaryFolder();
  const params = fc.record({
    [constants.ZSTD_c_compressionLevel]: fc.constantFrom(1, 3, 12),
    [constants.ZSTD_c_checksumFlag]: fc.constantFrom(0, 1),
    [constants.ZSTD_c_contentSizeFlag]: fc.constantFrom(0, 1),
  });
  await fc.assert(
    fc.asyncProperty(pieces, params, fc.boolean(), async (pieces, params, skip) => {
      const frames = zstdFrames(pieces, params);
      const stored = skip
        ? concat(skippable(someBytes(9)), frames, skippable(new Uint8Array(), 15))
        : frames;
      const path = await fileOf(folder.path, "x", stored);
      assertEquals(await readAll(path), { bytes: concat(...pieces) });
    }),
    { numRuns: 40 },
  );
});

Deno.test(
  "openByteSource() tells compression by content, not by name",
  { permissions: read },
  async () => {
    await using folder = await temporaryFolder();
    const bytes = someBytes(1000);
    for (
      const [name, stored, compression] of [
        ["a.bson.gz", bytes, "none"],
        ["b.bson", gzipMembers([bytes]), "gzip"],
        ["c.bson.gz", zstdFrames([bytes]), "zstd"],
        ["d.bson", concat(skippable(bytes, 7), zstdFrames([bytes])), "zstd"],
      ] as const
    ) {
      const path = await fileOf(folder.path, name, stored);
      await using source = await openByteSource(path);
      assertEquals([source.compression, source.storedBytes], [compression, stored.length]);
      assertEquals(await readAll(path), { bytes });
    }
  },
);

Deno.test("openByteSource() takes a first document whose length looks like gzip for a document", {
  permissions: read,
}, async () => {
  await using folder = await temporaryFolder();
  const document = new Uint8Array(0x00088b1f);
  document.set([0x1f, 0x8b, 8, 0, 2, 0x61, 0, 0xff, 0xff, 3, 0x7f, 0xee, 0xdd]);
  assertEquals(await readAll(await fileOf(folder.path, "x", document)), { bytes: document });
  // And gzip of that length whose last byte is 0 for gzip.
  const gzip = gzipMembers([someBytes(100_000)]);
  const path = await fileOf(
    folder.path,
    "y",
    concat(gzip, new Uint8Array(0x00088b1f - gzip.length)),
  );
  assertEquals(await readAll(path), { bytes: someBytes(100_000) });
});

Deno.test("openByteSource() gives nothing of an empty file", { permissions: read }, async () => {
  await using folder = await temporaryFolder();
  for (const stored of [new Uint8Array(), gzipMembers([new Uint8Array()])]) {
    const path = await fileOf(folder.path, "x", stored);
    assertEquals(await readAll(path), { bytes: new Uint8Array() });
  }
});

Deno.test("openByteSource() says of a compressed file without a byte that it was cut", {
  permissions: read,
}, async () => {
  await using folder = await temporaryFolder();
  for (const [ending, name] of [["gz", "gzip"], ["zst", "zstd"]] as const) {
    const path = await fileOf(folder.path, `x.bson.${ending}`, new Uint8Array());
    const { error } = await readAll(path);
    assert(error instanceof DataError);
    assertEquals(error.message, `Cannot read "${path}": it is empty, which no ${name} file is`);
    assertEquals([error.offset, error.stage], [0, "source"]);
  }
});

/** Asserts that something was told: in words, at which byte of the file, how much came out. */
function assertBad(outcome: Outcome, good: Uint8Array, message: RegExp, label: string): void {
  const { bytes, error } = outcome;
  assert(error instanceof DataError, `${label}: ${error}`);
  assert(message.test(error.message), `${label}: ${error.message}`);
  assert(bytes.length <= good.length, label);
  assertEquals(bytes, good.slice(0, bytes.length), label);
  assertEquals([error.offset, error.stage], [bytes.length, "source"], label);
}

Deno.test(
  "openByteSource() finds gzip that is cut short anywhere",
  { permissions: read },
  async () => {
    await using folder = await temporaryFolder();
    const [one, two] = [someBytes(500), someBytes(700, 2)];
    // Every optional part of a header: extra bytes, a name, a comment, a checksum.
    const plain = gzipMembers([one]);
    const header = concat(plain.subarray(0, 3), [0x1e], plain.subarray(4, 10), [2, 0, 7, 7], [
      ...new TextEncoder().encode("name\0comment\0"),
      0,
      0,
    ]);
    const first = concat(header, plain.subarray(10));
    const whole = concat(first, gzipMembers([two]));
    for (let length = 2; length < whole.length; length++) {
      const path = await fileOf(folder.path, "x", whole.subarray(0, length));
      const outcome = await readAll(path);
      if (length === first.length) assertEquals(outcome, { bytes: one });
      else {
        assertBad(
          outcome,
          concat(one, two),
          new RegExp(`cut short at byte ${length} of`),
          `${length}`,
        );
        if (length > first.length) assert(outcome.bytes.length >= one.length, `${length}`);
      }
    }
    assertEquals(await readAll(await fileOf(folder.path, "x", whole)), { bytes: concat(one, two) });
  },
);

Deno.test(
  "openByteSource() finds zstd that is cut short anywhere",
  { permissions: read },
  async () => {
    await using folder = await temporaryFolder();
    const [one, two] = [someBytes(500), new Uint8Array(300_000)];
    const params = { [constants.ZSTD_c_checksumFlag]: 1 };
    const frames = [zstdFrames([one], params), skippable(someBytes(20)), zstdFrames([two], params)];
    const ends = [frames[0]!.length, frames[0]!.length + frames[1]!.length];
    const whole = concat(...frames);
    for (let length = 4; length < whole.length; length++) {
      const path = await fileOf(folder.path, "x", whole.subarray(0, length));
      const outcome = await readAll(path);
      if (ends.includes(length)) assertEquals(outcome, { bytes: one });
      else if (length === ends[0]! + 1 || length === ends[0]! + 2 || length === ends[0]! + 3) {
        // Too little to tell what it was to be.
        assertBad(outcome, one, /other bytes follow|cut short/, `${length}`);
      } else {
        assertBad(
          outcome,
          concat(one, two),
          new RegExp(`cut short at byte ${length} of`),
          `${length}`,
        );
      }
    }
  },
);

Deno.test("openByteSource() finds what follows compressed data, after giving all of it", {
  permissions: read,
}, async () => {
  await using folder = await temporaryFolder();
  const bytes = someBytes(400_000);
  const text = new TextEncoder().encode("something else");
  for (
    const [name, stored] of [["gzip", gzipMembers([bytes])], ["zstd", zstdFrames([bytes])]] as const
  ) {
    for (
      const tail of [text, text.subarray(0, 1), new Uint8Array([0, 0, 0, 0, 1]), someBytes(2e6)]
    ) {
      const path = await fileOf(folder.path, "x", concat(stored, tail));
      const outcome = await readAll(path);
      assertEquals(outcome.bytes.length, bytes.length);
      assertBad(
        outcome,
        bytes,
        new RegExp(`other bytes follow its ${name} data at byte ${stored.length} of`),
        `${name} and ${tail.length}`,
      );
    }
  }
  // Zero bytes pad gzip to the size of a tape's block, and nothing else.
  for (const zeros of [1, 9, 10, 512, 2_000_000]) {
    const path = await fileOf(
      folder.path,
      "x",
      concat(gzipMembers([bytes]), new Uint8Array(zeros)),
    );
    assertEquals(await readAll(path), { bytes });
  }
});

Deno.test("openByteSource() finds any flipped bit of gzip, or gives the same bytes", {
  permissions: read,
}, async () => {
  await using folder = await temporaryFolder();
  const pieces = [someBytes(3000), someBytes(2000, 5)];
  const good = concat(...pieces);
  const stored = gzipMembers(pieces);
  let found = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: stored.length - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
      if (at < 2) return; // Then it is no gzip.
      const bad = stored.slice();
      bad[at]! ^= 1 << bit;
      const outcome = await readAll(await fileOf(folder.path, "x", bad));
      if (outcome.error === undefined) {
        // A header's time, or bits that fill the last byte of the data, are of no account.
        assertEquals(outcome.bytes, good);
      } else {
        assert(outcome.error instanceof DataError, `${outcome.error}`);
        assert(/corrupt near byte|cut short at|other bytes follow/.test(outcome.error.message));
        assertEquals(outcome.error.offset, outcome.bytes.length);
        found++;
      }
    }),
    { numRuns: 400 },
  );
  assert(found > 300, `${found}`);
});

Deno.test(
  "openByteSource() finds any flipped bit of zstd with checksums, or gives the same bytes",
  {
    permissions: read,
  },
  async () => {
    await using folder = await temporaryFolder();
    const pieces = [someBytes(3000), someBytes(2000, 5)];
    const good = concat(...pieces);
    const stored = zstdFrames(pieces, { [constants.ZSTD_c_checksumFlag]: 1 });
    let found = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: stored.length - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
        if (at < 4) return; // Then it is no zstd.
        const bad = stored.slice();
        bad[at]! ^= 1 << bit;
        const outcome = await readAll(await fileOf(folder.path, "x", bad));
        if (outcome.error === undefined) {
          // A larger window, or a frame that became one to skip: legal, and the latter cannot be told.
          if (outcome.bytes.length === good.length) assertEquals(outcome.bytes, good);
          else assertEquals(outcome.bytes, pieces[0]);
        } else {
          assert(outcome.error instanceof DataError, `${outcome.error}`);
          assertEquals(outcome.error.offset, outcome.bytes.length);
          found++;
        }
      }),
      { numRuns: 400 },
    );
    assert(found > 300, `${found}`);
  },
);

Deno.test("openByteSource() says what is corrupt, and near which byte of the file", {
  permissions: read,
}, async () => {
  await using folder = await temporaryFolder();
  const [one, two] = [someBytes(300_000), someBytes(900_000, 3)];
  const cases = [
    ["gzip", gzipMembers([one]), gzipMembers([two])],
    ["zstd", zstdFrames([one]), zstdFrames([two], { [constants.ZSTD_c_checksumFlag]: 1 })],
  ] as const;
  for (const [name, first, second] of cases) {
    const bad = concat(first, second);
    const at = first.length + second.length / 2 | 0;
    bad.fill(0xff, at, at + 50);
    const path = await fileOf(folder.path, "x.bson.gz", bad);
    const { bytes, error } = await readAll(path);
    // What comes out of damaged data before that shows is anything; what came before it is right.
    const outcome = { bytes: bytes.slice(0, one.length), error };
    assert(error instanceof DataError && error.offset === bytes.length, `${error}`);
    assertEquals(outcome.bytes, one);
    assert(error.message.includes(`its ${name} data is corrupt near byte`), error.message);
    const near = Number(/near byte (\d+) of/.exec((outcome.error as Error).message)![1]);
    assert(near >= first.length && near <= bad.length, `${name}: ${near}`);
    assert((outcome.error as Error).message.includes(`Cannot read "${path}"`));
  }
  // The checksum alone: all bytes came out, and they are not what was put in.
  const stored = gzipMembers([one]);
  stored[stored.length - 6]! ^= 1;
  const outcome = await readAll(await fileOf(folder.path, "x", stored));
  assertBad(outcome, one, /near byte \d+ of the file: its checksum or size differs/, "checksum");
});

Deno.test("openByteSource() starts at an offset", { permissions: read }, async () => {
  await using folder = await temporaryFolder();
  const bytes = someBytes(1_500_000);
  const halves = [bytes.subarray(0, 700_000), bytes.subarray(700_000)];
  for (const stored of [bytes, gzipMembers(halves), zstdFrames(halves)]) {
    const path = await fileOf(folder.path, "x", stored);
    for (const startOffset of [0, 1, 17, 699_999, 700_000, 1_048_576, 1_499_999, 1_500_000]) {
      assertEquals(await readAll(path, { startOffset }), { bytes: bytes.slice(startOffset) });
    }
    const { error } = await readAll(path, { startOffset: 1_500_001 });
    assert(error instanceof DataError);
    assert(error.message.includes("it has 1500000 bytes"), error.message);
  }
  for (const startOffset of [-1, 1.5, NaN]) {
    await assertRejects(() => openByteSource(`${folder.path}/x`, { startOffset }), UsageError);
  }
});

Deno.test(
  "openByteSource() notices a file that changes while it is read",
  { permissions: read },
  async (t) => {
    await using folder = await temporaryFolder();
    const changes: [string, (path: string) => Promise<void>, RegExp][] = [
      [
        "grows",
        (path) => Deno.writeFile(path, new Uint8Array(9), { append: true }),
        /had 3000000 bytes and has 3000009/,
      ],
      ["shrinks", (path) => Deno.truncate(path, 2_999_000), /had 3000000 bytes and has 2999000/],
      ["is touched", (path) => Deno.utime(path, 1e9, 1e9), /it was written to/],
    ];
    for (const [name, change, message] of changes) {
      await t.step(name, async () => {
        const path = await fileOf(folder.path, name, someBytes(3_000_000));
        await using source = await openByteSource(path);
        const error = await assertRejects(async () => {
          let count = 0;
          for await (const _ of source.chunks()) if (count++ === 0) await change(path);
        }, DataError);
        assert(message.test(error.message), error.message);
        assert(error.message.includes("it changed while it was read"));
      });
    }
  },
);

Deno.test(
  "openByteSource() says what cannot be opened, and why",
  { permissions: read },
  async () => {
    await using folder = await temporaryFolder();
    const none = await assertRejects(
      () => openByteSource(`${folder.path}/none.bson`),
      NotFoundError,
    );
    assertEquals(none.message, `Cannot read "${folder.path}/none.bson": there is no such file`);
    assertEquals(none.stage, "source");
    const isFolder = await assertRejects(
      () => openByteSource(folder.path),
      IoError,
      "it is a folder",
    );
    assertEquals(isFolder.stage, "source");
    await fileOf(folder.path, "file", new Uint8Array());
    await assertRejects(
      () => openByteSource(`${folder.path}/file/x`),
      IoError,
      "a part of its path is a file",
    );
    await assertRejects(() => openByteSource(""), UsageError);
  },
);

Deno.test(
  "openByteSource() says which permission is missing",
  { permissions: { read: [] } },
  async () => {
    const error = await assertRejects(() => openByteSource("a.bson"), PermissionError);
    assertEquals(error.needs, [{ kind: "read", target: "a.bson", reason: "read the source file" }]);
    assertEquals(error.hint, "allow it with --allow-read=a.bson");
  },
);

Deno.test("openByteSource() stops when it is told", { permissions: read }, async () => {
  await using folder = await temporaryFolder();
  const path = await fileOf(folder.path, "x", gzipSync(someBytes(5_000_000)));
  const controller = new AbortController();
  const { signal } = controller;
  await using source = await openByteSource(path, { signal });
  const chunks = source.chunks();
  await chunks.next();
  controller.abort();
  await assertRejects(async () => {
    for await (const _ of chunks);
  }, InterruptedError);
});

Deno.test("openByteSource() is let go early without harm", {
  permissions: read,
  sanitizeResources: true,
}, async () => {
  await using folder = await temporaryFolder();
  for (const stored of [someBytes(3_000_000), gzipMembers([someBytes(3_000_000)])]) {
    const path = await fileOf(folder.path, "x", stored);
    const source = await openByteSource(path);
    for await (const _ of source.chunks()) break;
    await source.close();
    await source.close();
  }
});
