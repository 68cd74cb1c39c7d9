/** Walking over the bytes of documents, against decoding them. */
import { deserialize } from "bson";
import { elements, findElement } from "../src/bson/mod.ts";
import { ordersInMemory } from "./orders.ts";

const data = ordersInMemory({ bytes: 8e6 });
const view = new DataView(data.buffer);
const starts: number[] = [];
for (let at = 0; at < data.length; at += view.getInt32(at, true)) starts.push(at);

let sum = 0;

Deno.bench("_id of each document in 8 MB, the first element", { group: "walking" }, () => {
  for (const start of starts) sum += findElement(data, start, "_id")!.end;
});

Deno.bench("views of each document in 8 MB, a late element", { group: "walking" }, () => {
  for (const start of starts) sum += findElement(data, start, "views")!.end;
});

Deno.bench("all top-level elements in 8 MB", { group: "walking" }, () => {
  for (const start of starts) for (const element of elements(data, start)) sum += element.end;
});

Deno.bench("decode 8 MB with bson", { group: "walking", baseline: true }, () => {
  for (const start of starts) {
    const end = start + view.getInt32(start, true);
    sum += Object.keys(deserialize(data.subarray(start, end))).length;
  }
});
