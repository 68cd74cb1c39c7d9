import { assertEquals } from "@std/assert";
import type { ObjectModel } from "../../../../src/schema/model.ts";
import { modelOf, repeat, types } from "./_types.ts";

Deno.test("`inferSchemas()` names a format that each of 20 strings has", () => {
  const formats = (n: number) =>
    repeat(n, (i) => ({ a: `https://example.org/${i}`, b: i % 2 ? `${i}` : `x${i}` }));
  assertEquals(
    types(formats(20)),
    `export interface Order {
  /** Format: uri. */
  a: string;
  b: string;
}`,
  );
  assertEquals(types(formats(19)), "export interface Order {\n  a: string;\n  b: string;\n}");
});

Deno.test("`inferSchemas()` takes digests in hex for no base64", () => {
  const hex = (i: number): string => i.toString(16).padStart(24, "0");
  const digests = (count: number, bytes: number) =>
    repeat(count, (i) => ({ v: hex(i * 7919).repeat(6).slice(0, 2 * bytes) }));
  const base64 = (count: number) =>
    repeat(count, (i) => ({ v: btoa(`some text, at ${i + 1000}`) }));
  const formatOf = (documents: readonly Record<string, unknown>[]) => {
    const [type] = (modelOf(documents).root as ObjectModel).fields[0]!.value.types;
    return type?.type === "scalar" ? type.format : undefined;
  };
  // Few values are known; of many, it is their length that tells.
  for (const count of [25, 5000]) {
    for (const bytes of [16, 20, 32, 64]) assertEquals(formatOf(digests(count, bytes)), undefined);
    assertEquals(formatOf(base64(count)), "base64");
  }
  assertEquals(formatOf(digests(25, 12)), "hex24");
});
