import { assert, assertEquals } from "@std/assert";
import { deserialize } from "bson";
import { elements } from "../../../src/bson/mod.ts";
import { KIND_NAMES, Profile } from "../../../src/profile/mod.ts";
import { inferSchemas } from "../../../src/schema/mod.ts";
import { walkType } from "../../../src/schema/_walk.ts";
import { generatorSamples } from "../../../src/testing/mod.ts";

/** The types and facts that the schema of a sample has. */
function factsOf(name: string): Set<string> {
  const { namespace, documents } = generatorSamples().find((one) => one.name === name)!;
  const profile = new Profile();
  for (const document of documents) profile.addDocument(document);
  const [model] = inferSchemas([{ namespace, profile }]);
  const facts = new Set<string>();
  walkType(model!.root, (type) => {
    facts.add(type.type);
    if (type.type === "scalar") {
      facts.add(type.kind);
      if (type.values !== undefined) facts.add("enum");
      if (type.format !== undefined) facts.add(type.format);
      if (type.notFinite) facts.add("not finite");
      if (type.unsafe) facts.add(`unsafe ${type.kind}`);
      if (type.invalidUtf8) facts.add("not UTF-8");
    }
    if (type.type === "array" && type.element === null) facts.add("never filled");
    if (type.type === "object" && type.fields.length === 0) facts.add("no fields");
    if (type.type === "object" && type.open) facts.add("open");
    if (type.type === "map" && type.named.length > 0) facts.add("named");
  });
  return facts;
}

Deno.test("generatorSamples() makes schemas with all that a generator can meet", async (t) => {
  const wanted: Record<string, string[]> = {
    "every kind": KIND_NAMES.filter((kind) => kind !== "null" && kind !== "undefined"),
    recursion: ["ref"],
    variants: ["variants"],
    maps: ["map", "named"],
    tuples: ["tuple"],
    empty: ["never filled", "no fields"],
    "enums and formats": [
      "enum",
      "uuid",
      "dateTime",
      "date",
      "email",
      "uri",
      "ipv4",
      "ipv6",
      "int",
    ],
    numbers: ["not finite", "unsafe long", "unsafe date"],
    "many keys": ["open", "map"],
    "hostile maps": ["map"],
    "hostile values": ["enum", "variants"],
    "not UTF-8": ["not UTF-8"],
  };
  for (const [name, facts] of Object.entries(wanted)) {
    await t.step(name, () => {
      const found = factsOf(name);
      assertEquals(facts.filter((fact) => !found.has(fact)), []);
    });
  }
});

Deno.test("generatorSamples() are whole documents that are the same each time", () => {
  const again = generatorSamples();
  generatorSamples().forEach(({ name, documents }, i) => {
    assertEquals(documents, again[i]!.documents, name);
    for (const document of documents) {
      assert([...elements(document, 0)].length > 0);
      const utf8 = name !== "not UTF-8";
      assert("_id" in deserialize(document, { validation: { utf8 } }), name);
    }
  });
});
