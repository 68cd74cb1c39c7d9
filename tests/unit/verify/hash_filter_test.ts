import { assert, assertEquals } from "@std/assert";
import { DocumentHash } from "../../../src/verify/_hash.ts";
import { HashFilter } from "../../../src/verify/_hash_filter.ts";

Deno.test("HashFilter knows all that was added, and takes few others for it", () => {
  const filter = new HashFilter();
  const hash = new DocumentHash(new Uint8Array(32).fill(3));
  const view = new DataView(new ArrayBuffer(8));
  const make = (i: number) => {
    view.setInt32(0, i, true);
    hash.hash(view, 0, 8);
    return hash;
  };
  const count = 200_000;
  for (let i = 0; i < count; i++) filter.add(make(i));
  let lacking = 0;
  for (let i = 0; i < count; i++) if (filter.lacks(make(i))) lacking++;
  assertEquals(lacking, 0);
  for (let i = count; i < 2 * count; i++) if (filter.lacks(make(i))) lacking++;
  assert(lacking > 0.999 * count, `${lacking} of ${count}`);
});
