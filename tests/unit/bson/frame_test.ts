import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { DataError, documentLength, InterruptedError, UsageError } from "../../../src/core/mod.ts";
import { type FramedBatch, frameDocuments, MAX_DOCUMENT_BYTES } from "../../../src/bson/mod.ts";
import { everyTypeFile } from "../../fixtures/every_type.ts";
import {
  anyCuts,
  anyDocuments,
  concat,
  cut,
  document,
  element,
  int32,
  offsetsOf,
  reused,
} from "./_documents.ts";

interface Outcome {
  /** Copies of the documents that were given. */
  readonly documents: Uint8Array[];
  readonly error?: unknown;
}

/** Reads to the end or the error, giving every batch back at once; checks all that is said of it. */
async function read(
  chunks: AsyncIterable<Uint8Array>,
  options: Parameters<typeof frameDocuments>[1] = {},
): Promise<Outcome> {
  const documents: Uint8Array[] = [];
  let offset = options.startOffset ?? 0;
  const first = options.firstIndex ?? 0;
  try {
    for await (const batch of frameDocuments(chunks, options)) {
      assertEquals(batch.firstIndex, first + documents.length);
      assertEquals(batch.startOffset, offset);
      assert(
        batch.starts.length > 0 && batch.starts.length <= (options.batchDocuments ?? Infinity),
      );
      for (const start of batch.starts) {
        const length = documentLength(batch.buffer, start);
        documents.push(batch.buffer.slice(start, start + length));
        offset += length;
      }
      assertEquals(batch.endOffset, offset);
      batch.release?.();
    }
    return { documents };
  } catch (error) {
    return { documents, error };
  }
}

const sizes = fc.record({
  batchBytes: fc.integer({ min: 1, max: 30_000 }),
  batchDocuments: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 9 })),
});

Deno.test("frameDocuments() gives the same bytes for any cutting and any size of batch", async () => {
  await fc.assert(
    fc.asyncProperty(anyDocuments, anyCuts, sizes, async (documents, cuts, options) => {
      const pieces = cut(concat(...documents), cuts);
      assertEquals(await read(reused(pieces), options), { documents });
    }),
  );
});

Deno.test("frameDocuments() takes one byte at a time", async () => {
  const bytes = everyTypeFile();
  const pieces = Array.from(bytes, (byte) => new Uint8Array([byte]));
  const { documents, error } = await read(reused(pieces), { batchBytes: 200 });
  assertEquals(error, undefined);
  assertEquals(concat(...documents), bytes);
});

Deno.test("frameDocuments() says where a stream that is cut short ends, after all before it", async () => {
  await fc.assert(fc.asyncProperty(
    anyDocuments.filter(({ length }) => length > 0),
    anyCuts,
    fc.double({ min: 0, max: 0.999, noNaN: true }),
    sizes,
    async (documents, cuts, where, options) => {
      const bytes = concat(...documents);
      const end = Math.floor(where * bytes.length);
      const offsets = offsetsOf(documents);
      const whole = offsets.findLastIndex((offset) => offset <= end);
      const outcome = await read(reused(cut(bytes.subarray(0, end), cuts)), options);
      assertEquals(outcome.documents, documents.slice(0, whole));
      if (offsets[whole] === end) return assertEquals(outcome.error, undefined);
      assertPlace(outcome.error, offsets[whole]!, whole);
    },
  ));
});

/** What a reader that does one thing after another makes of bytes: the reference for flipped ones. */
function expected(bytes: Uint8Array): { documents: Uint8Array[]; wrongAt?: number } {
  const documents: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = at + 4 > bytes.length ? -1 : documentLength(bytes, at) | 0;
    const end = at + length;
    if (length < 5 || length > MAX_DOCUMENT_BYTES || end > bytes.length || bytes[end - 1] !== 0) {
      return { documents, wrongAt: at };
    }
    documents.push(bytes.slice(at, end));
    at = end;
  }
  return { documents };
}

Deno.test("frameDocuments() finds any flipped length, or reads what it makes legal", async () => {
  let found = 0;
  await fc.assert(fc.asyncProperty(
    anyDocuments.filter(({ length }) => length > 0),
    anyCuts,
    fc.nat(),
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 1, max: 255 }),
    async (documents, cuts, which, byte, mask) => {
      const bytes = concat(...documents);
      const start = offsetsOf(documents)[which % documents.length]!;
      bytes[start + byte]! ^= mask;
      const { documents: good, wrongAt } = expected(bytes);
      const outcome = await read(reused(cut(bytes, cuts)), { batchBytes: 500 });
      assertEquals(outcome.documents, good);
      // A flip may make a length that ends at another 0, from where all goes on legally: a framing
      // cannot know. Everything else must be told.
      if (wrongAt === undefined) return assertEquals(outcome.error, undefined);
      assertPlace(outcome.error, wrongAt, good.length);
      assert(wrongAt >= start);
      found++;
    },
  ));
  assert(found > 50, `only ${found} of the flips were errors`);
});

function assertPlace(error: unknown, offset: number, index: number): void {
  assert(error instanceof DataError, `${error}`);
  assertEquals([error.offset, error.index, error.stage], [offset, index, "source"]);
  assert(error.message.includes(`document ${index} at byte ${offset}`), error.message);
}

Deno.test("frameDocuments() refuses each kind of wrong length and end", async (t) => {
  const good = document(element(10, "a"));
  const table: [string, Uint8Array, RegExp][] = [
    ["length 4", int32(4), /given as 4 bytes, which is less than 5/],
    ["length 0", int32(0), /given as 0 bytes/],
    ["negative length", int32(-7), /given as -7 bytes, which is less than 5/],
    ["over the limit", int32(MAX_DOCUMENT_BYTES + 1), /which is more than 16793600/],
    ["no room", concat(int32(100), [0]), /the data ends after 5 of its 100 bytes/],
    ["two bytes of a length", new Uint8Array([9, 0]), /after 2 of the 4 bytes of its length/],
    ["does not end in 0", concat(int32(6), [10, 1]), /its last byte \(at 21\) is not 0/],
  ];
  for (const [name, bad, message] of table) {
    await t.step(name, async () => {
      const { documents, error } = await read(reused([concat(good, good, bad)]), {
        name: "x.bson",
      });
      assertEquals(documents, [good, good]);
      assertPlace(error, 16, 2);
      assert(error instanceof DataError);
      assert(message.test(error.message), error.message);
      assert(error.message.includes('of "x.bson"'));
      assert(error.hint?.includes("the 2 documents before it are whole"), error.hint);
    });
  }
});

Deno.test("frameDocuments() takes a document of the largest size", async () => {
  const bytes = new Uint8Array(MAX_DOCUMENT_BYTES);
  bytes.set(int32(bytes.length));
  const pieces = cut(bytes, Array.from({ length: 17 }, (_, i) => i / 17));
  const { documents, error } = await read(reused(pieces));
  assertEquals(error, undefined);
  assertEquals(documents.map(({ length }) => length), [MAX_DOCUMENT_BYTES]);
});

Deno.test("frameDocuments() allocates for what arrived, not for what a length claims", async () => {
  const claim = concat(int32(MAX_DOCUMENT_BYTES), new Uint8Array(96));
  const sizes = allocated(Uint8Array, async () => {
    const { error } = await read(reused([claim]), { batchBytes: 1024 });
    assertPlace(error, 0, 0);
  });
  assert(Math.max(...await sizes) <= 8192, `${await sizes}`);

  // And of one that does arrive, never more than twice as much.
  const part = new Uint8Array(100_000);
  part.set(int32(MAX_DOCUMENT_BYTES));
  const grown = await allocated(Uint8Array, async () => {
    const { error } = await read(reused(cut(part, [0.1, 0.2, 0.5])), { batchBytes: 1024 });
    assertPlace(error, 0, 0);
  });
  assert(Math.max(...grown) <= 200_000, `${grown}`);
});

/** Sizes that a constructor of buffers is asked for while something runs. */
async function allocated(
  original: Uint8ArrayConstructor,
  work: () => Promise<void>,
): Promise<number[]> {
  const sizes: number[] = [];
  const spy = new Proxy(original, {
    construct(target, args, newTarget) {
      if (typeof args[0] === "number") sizes.push(args[0]);
      return Reflect.construct(target, args, newTarget);
    },
  });
  globalThis.Uint8Array = spy;
  try {
    await work();
  } finally {
    globalThis.Uint8Array = original;
  }
  assert(sizes.length > 0, "nothing was seen");
  return sizes;
}

Deno.test("frameDocuments() uses a buffer again once it was released, and not before", async () => {
  const one = document(element(2, "a", concat(int32(3001), new Uint8Array(3001))));
  const bytes = concat(...Array.from({ length: 200 }, () => one));
  const buffers = async (release: boolean): Promise<Set<unknown>> => {
    const seen = new Set<unknown>();
    const held: FramedBatch[] = [];
    for await (
      const batch of frameDocuments(reused(cut(bytes, [0.3, 0.7])), { batchBytes: 9000 })
    ) {
      seen.add(batch.buffer.buffer);
      if (release) batch.release?.();
      else held.push(batch);
    }
    for (const { buffer, starts } of held) {
      for (const start of starts) assertEquals(buffer.slice(start, start + one.length), one);
    }
    return seen;
  };
  assert((await buffers(true)).size <= 3);
  assert((await buffers(false)).size > 50);
});

Deno.test("frameDocuments() keeps a buffer until all batches cut from it are released", async () => {
  const documents = Array.from({ length: 40 }, (_, i) => document(element(16, "i", int32(i))));
  const pieces = [concat(...documents), new Uint8Array(), concat(...documents)];
  const batches: FramedBatch[] = [];
  for await (
    const batch of frameDocuments(reused(pieces), { batchDocuments: 7, batchBytes: 500 })
  ) {
    batches.push(batch);
    if (batches.length % 2 === 0) batch.release?.();
    // Released twice is released once.
    if (batches.length % 4 === 0) batch.release?.();
  }
  for (const [i, { buffer, starts, firstIndex }] of batches.entries()) {
    if (i % 2 === 1) continue;
    for (const [k, start] of starts.entries()) {
      assertEquals(buffer.slice(start, start + 12), documents[(firstIndex + k) % 40]);
    }
  }
});

Deno.test("frameDocuments() gives what is whole before an error of its input, with the index", async () => {
  const good = document(element(10, "a"));
  async function* failing(error: unknown, whole = [good, good]): AsyncGenerator<Uint8Array> {
    yield concat(...whole, good.subarray(0, 3));
    await Promise.resolve();
    throw error;
  }
  const wrong = new DataError("Cannot unpack", { offset: 19, stage: "source", hint: "h" });
  const { documents, error } = await read(failing(wrong));
  assertEquals(documents, [good, good]);
  assert(error instanceof DataError);
  assertEquals([error.message, error.offset, error.index], ["Cannot unpack", 19, 2]);
  assertEquals(error.hint, "the 2 documents before that are whole");
  const one = (await read(failing(wrong, [good]))).error;
  assertEquals((one as DataError).hint, "the one document before that is whole");

  const other = new TypeError("a bug");
  assertEquals(await read(failing(other)), { documents: [good, good], error: other });
});

Deno.test("frameDocuments() stops when it is told, and lets its input go", async () => {
  const good = document(element(10, "a"));
  const controller = new AbortController();
  let released = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      while (true) {
        yield good;
        await Promise.resolve();
      }
    } finally {
      released = true;
    }
  }
  const options = { batchBytes: 1, signal: controller.signal };
  await assertRejects(async () => {
    for await (const _ of frameDocuments(endless(), options)) controller.abort();
  }, InterruptedError);
  assert(released);

  released = false;
  for await (const _ of frameDocuments(endless(), { batchBytes: 1 })) break;
  assert(released);
});

Deno.test("frameDocuments() gives nothing for nothing, and refuses sizes that are none", async () => {
  assertEquals(await read(reused([])), { documents: [] });
  assertEquals(await read(reused([new Uint8Array(), new Uint8Array()])), { documents: [] });
  for (const batchBytes of [0, -1, 1.5, NaN]) {
    await assertRejects(() => frameDocuments(reused([]), { batchBytes }).next(), UsageError);
  }
  await assertRejects(() => frameDocuments(reused([]), { batchDocuments: 0 }).next(), UsageError);
});
