import { assertEquals } from "@std/assert";
import { jsonText, RawJson, rawJson } from "../../../src/cli/render/_json.ts";

Deno.test("jsonText() writes what is JSON already as it is, wherever it stands", () => {
  const raw = '{"2":1,"1":123456789012345678901}';
  const value = { a: rawJson(raw), b: [rawJson('"$&"'), "plain"], c: rawJson('{"cut": "te…') };
  assertEquals(jsonText(value), `{"a":${raw},"b":["$&","plain"],"c":"{\\"cut\\": \\"te…"}`);
  assertEquals(jsonText({ a: new RawJson(raw) }, 2), `{\n  "a": ${raw}\n}`);
  assertEquals(jsonText({ a: [1, "x"] }), '{"a":[1,"x"]}');
});
