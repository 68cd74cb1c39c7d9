import { assert } from "@std/assert";
import fc from "fast-check";
import { ALL_FORMATS, FORMAT, FORMAT_NAMES, formatsOf } from "../../../../src/profile/_format.ts";
import { FORMAT_PATTERNS } from "../../../../src/schema/gen/_format_patterns.ts";

/** Text of characters that formats are made of, or near a format. */
const TEXT = fc.oneof(
  fc.uuid(),
  fc.ipV4(),
  fc.ipV6(),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.emailAddress(),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
  fc.base64String(),
  fc.bigInt().map(String),
  fc.stringMatching(
    /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,3})?)?([Zz]|[+-]\d\d:?(\d\d)?)?$/,
  ),
  fc.stringMatching(/^[\dA-Fa-f]{24}$/),
  fc.stringMatching(/^[\dA-Fa-f:.]{2,40}$/),
  fc.stringMatching(/^\d{1,3}(\.\d{1,3}){3}$/),
  fc.stringMatching(/^[a-z.@]{3,12}$/),
  fc.stringMatching(/^[a-z]+:\/\/[!-~]{1,9}$/),
  fc.stringMatching(/^-?\d{1,20}$/),
  fc.stringMatching(/^[A-Za-z\d+/]{20,30}={0,2}$/),
);

Deno.test("FORMAT_PATTERNS take every text that has the format", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(TEXT, (text) => {
      const bytes = new TextEncoder().encode(text);
      const found = formatsOf(bytes, 0, bytes.length, ALL_FORMATS);
      for (const name of FORMAT_NAMES) {
        if ((found & FORMAT[name]) === 0) continue;
        seen.add(name);
        assert(new RegExp(FORMAT_PATTERNS[name]).test(text), `${name}: ${text}`);
      }
    }),
    { numRuns: 4000 },
  );
  assert(seen.size === FORMAT_NAMES.length, `only ${[...seen]}`);
});

Deno.test("FORMAT_PATTERNS refuse texts without the format", () => {
  const wrong = [
    "",
    "none",
    "2024-13-01",
    "a@b",
    "http:/x",
    "1.2.3.256",
    ":::g",
    "01",
    "abc=",
    "\n",
  ];
  for (const [name, pattern] of Object.entries(FORMAT_PATTERNS)) {
    for (const text of wrong) assert(!new RegExp(pattern).test(text), `${name}: ${text}`);
  }
});
