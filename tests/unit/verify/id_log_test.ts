import { assertEquals } from "@std/assert";
import { serialize } from "bson";
import { IdLog } from "../../../src/verify/_id_log.ts";

Deno.test("IdLog gives back the _id and the index of each document, from memory and from a file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const ids = (i: number): unknown => i % 7 === 0 ? undefined : i % 5 === 0 ? "x".repeat(i) : i;
    const shown = (i: number) => {
      const id = ids(i);
      if (typeof id === "number") return `{"$numberInt":"${i}"}`;
      // One that is longer than a kilobyte is not kept; a shorter one is cut where it is shown.
      if (id === undefined || i > 1000) return undefined;
      const json = JSON.stringify(id);
      return json.length > 200 ? `${json.slice(0, 200)}…` : json;
    };
    for (const spills of [false, true]) {
      const log = new IdLog();
      const places: number[] = [];
      for (let i = 0; i < 20_000; i++) {
        const document = serialize({ x: 1, ...(ids(i) === undefined ? {} : { _id: ids(i) }) });
        places.push(log.add(document, 0, i * 2 ** 22));
        if (spills && i % 1000 === 0) await log.spill(folder);
      }
      // Looked at in no order.
      for (let i = 0; i < 20_000; i += 617) {
        const at = i * 31 % 20_000;
        assertEquals(await log.read(places[at]!), { index: at * 2 ** 22, id: shown(at) });
      }
      await log.clear();
      assertEquals(log.bytes, 0);
      assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    }
  } finally {
    await Deno.remove(folder);
  }
});
