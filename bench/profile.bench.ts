/** Profiling documents, with values and without; and putting profiles together. */
import type { RawBatch } from "../src/core/mod.ts";
import { Profile } from "../src/profile/mod.ts";
import { ordersInMemory } from "./orders.ts";

const data = ordersInMemory({ bytes: 32e6 });
const view = new DataView(data.buffer);
const BATCH_BYTES = 750_000;

const batches: RawBatch[] = [];
for (let at = 0, firstIndex = 0; at < data.length;) {
  const from = at;
  const starts: number[] = [];
  while (at < data.length && at - from < BATCH_BYTES) {
    starts.push(at - from);
    at += view.getInt32(at, true);
  }
  batches.push({
    namespace: { db: "shop", collection: "orders" },
    buffer: data.subarray(from, at),
    starts: Uint32Array.from(starts),
    firstIndex,
    lane: 0,
    seq: batches.length,
    after: { v: 1, kind: "bench" },
  });
  firstIndex += starts.length;
}

for (const values of ["none", "enums", "all"] as const) {
  Deno.bench(`32 MB of orders, values ${values}`, { group: "profile" }, () => {
    const profile = new Profile({ values });
    for (const batch of batches) profile.addBatch(batch);
  });
}

const parts = batches.map((batch) => {
  const profile = new Profile();
  profile.addBatch(batch);
  return profile;
});

Deno.bench(`merge ${parts.length} profiles`, { group: "merge" }, () => {
  const whole = new Profile();
  for (const part of parts) whole.merge(part);
});
