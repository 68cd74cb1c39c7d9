import { assert, assertEquals } from "@std/assert";
import { findElement } from "../../../src/bson/mod.ts";
import { Profile } from "../../../src/profile/mod.ts";
import { inferSchemas, type SchemaModel, validateDocument } from "../../../src/schema/mod.ts";
import { generatorSamples, kindsOf, mutants } from "../../../src/testing/mod.ts";

function modelOf(documents: readonly Uint8Array[]): SchemaModel {
  const profile = new Profile();
  for (const document of documents) profile.addDocument(document);
  return inferSchemas([{ namespace: { db: "a", collection: "b" }, profile }])[0]!;
}

Deno.test("mutants() makes documents that are BSON and that the schema refuses", async (t) => {
  for (const { name, documents } of generatorSamples()) {
    await t.step(name, () => {
      const model = modelOf(documents);
      for (const change of ["drop", "swap", "add"] as const) {
        const made = mutants(model, documents, change, { count: 50 });
        // "every kind" and "many keys" hold, in all documents, little that is always there.
        assert(made.length > 0, change);
        for (const { bytes, path, kind } of made) {
          const mismatch = validateDocument(model, bytes, 0, { closed: change === "add" });
          assert(mismatch !== undefined, `${change} of ${path} to ${kind} is taken`);
        }
      }
    });
  }
});

Deno.test("mutants() makes the same for the same arguments, and others for another seed", () => {
  const { documents } = generatorSamples().find(({ name }) => name === "variants")!;
  const model = modelOf(documents);
  const made = (seed: string) => mutants(model, documents, "swap", { count: 20, seed });
  assertEquals(made("a"), made("a"));
  assert(made("a").some(({ bytes }, i) => made("b")[i]!.bytes.length !== bytes.length));
});

Deno.test("mutants() drops no _id of a document, and swaps to kinds that were not seen", () => {
  const { documents } = generatorSamples().find(({ name }) => name === "maps")!;
  const model = modelOf(documents);
  for (const { bytes } of mutants(model, documents, "drop", { count: 200 })) {
    assert(findElement(bytes, 0, "_id") !== undefined);
  }
  const kinds = new Set<string>(), paths = new Set<string>();
  for (const { kind, value, path } of mutants(model, documents, "swap", { count: 200 })) {
    assert(!kindsOf(value!).has(kind!));
    kinds.add(kind!);
    paths.add(path);
  }
  assert(kinds.size > 8, [...kinds].join());
  assert(paths.has("byId.*.count") && paths.has("nested.*.*[]"), [...paths].join());
});

Deno.test("mutants() makes those alone that count, and none where there are no documents", () => {
  const { documents } = generatorSamples().find(({ name }) => name === "tuples")!;
  const model = modelOf(documents);
  const only = mutants(model, documents, "swap", { count: 9, only: ({ kind }) => kind === "null" });
  assertEquals(only.map(({ kind }) => kind), new Array(9).fill("null"));
  assertEquals(mutants(model, [], "swap", { count: 9 }), []);
});
