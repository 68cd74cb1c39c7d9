import { assertEquals, assertRejects } from "@std/assert";
import { interleaved } from "../../../src/connectors/_interleave.ts";

async function* numbers(from: number, count: number, onEnd: () => void = () => {}) {
  try {
    for (let i = 0; i < count; i++) {
      await Promise.resolve();
      yield from + i;
    }
  } finally {
    onEnd();
  }
}

Deno.test("interleaved() gives all items, each stream in its order, none starving", async () => {
  const found: number[] = [];
  let stopped = 0;
  for await (const n of interleaved([numbers(0, 5), numbers(100, 5)], () => stopped++)) {
    found.push(n);
  }
  assertEquals(found.filter((n) => n < 100), [0, 1, 2, 3, 4]);
  assertEquals(found.filter((n) => n >= 100), [100, 101, 102, 103, 104]);
  // Both are always ready: they take turns.
  for (let i = 0; i < 8; i += 2) assertEquals(found[i]! < 100, found[i + 1]! >= 100);
  assertEquals(stopped, 0);
});

Deno.test("interleaved() goes on with the others while one waits", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = (async function* () {
    await gate.promise;
    yield -1;
  })();
  const found: number[] = [];
  for await (const n of interleaved([slow, numbers(0, 3)], () => {})) {
    found.push(n);
    if (n === 2) gate.resolve();
  }
  assertEquals(found, [0, 1, 2, -1]);
});

Deno.test("interleaved() ends all streams when one fails, or the reader leaves", async (t) => {
  const stopping = () => {
    const stop = new AbortController();
    const ended: string[] = [];
    const hanging = (async function* () {
      try {
        yield 0;
        await new Promise((_, reject) =>
          stop.signal.addEventListener("abort", () => reject(new Error("let go")))
        );
      } finally {
        ended.push("hanging");
      }
    })() as AsyncGenerator<number, void, void>;
    return { stop: () => stop.abort(), hanging, ended };
  };
  await t.step("one fails", async () => {
    const { stop, hanging, ended } = stopping();
    const failing = (async function* (): AsyncGenerator<number, void, void> {
      yield 1;
      throw new Error("broken");
    })();
    await assertRejects(
      () => Array.fromAsync(interleaved([hanging, failing], stop)),
      Error,
      "broken",
    );
    assertEquals(ended, ["hanging"]);
  });
  await t.step("the reader leaves", async () => {
    const { stop, hanging, ended } = stopping();
    let other = 0;
    for await (const n of interleaved([hanging, numbers(1, 100, () => other++)], stop)) {
      if (n === 3) break;
    }
    assertEquals([ended, other], [["hanging"], 1]);
  });
});
