import { assert, assertEquals } from "@std/assert";
import { VERSION } from "../../src/core/mod.ts";
import {
  loadProfiles,
  Profile,
  type ProfiledCollection,
  saveProfiles,
} from "../../src/profile/mod.ts";
import { GENERATORS, inferSchemas } from "../../src/schema/mod.ts";
import { seededRandom, shuffled } from "../../src/testing/_random.ts";
import { generatorSamples } from "../../src/testing/mod.ts";
import { dataSets } from "./data_sets.ts";

const ROUNDS = 3;

function profileOf(documents: readonly Uint8Array[]): Profile {
  const profile = new Profile();
  for (const document of documents) profile.addDocument(document);
  return profile;
}

/** The documents in another order, in one to five parts, whose profiles are merged in any order. */
function inParts(documents: readonly Uint8Array[], random: () => number): Profile {
  const mixed = shuffled(documents, random);
  const parts = Array.from({ length: 1 + Math.floor(random() * 5) }, (): Uint8Array[] => []);
  for (const document of mixed) parts[Math.floor(random() * parts.length)]!.push(document);
  const profiles = parts.map((part) => {
    const profile = profileOf(part);
    if (random() < 0.5) return profile;
    const saved = saveProfiles([{ namespace: { db: "a", collection: "b" }, profile }]);
    return loadProfiles(saved, "part.profile.json")[0]!.profile;
  });
  const [first, ...others] = shuffled(profiles, random);
  for (const other of others) first!.merge(other);
  return first!;
}

/** What every generator writes for a collection. */
function allTexts(collection: ProfiledCollection): Record<string, string> {
  const models = inferSchemas([collection]);
  const context = { source: "data", version: VERSION, options: {} };
  return Object.fromEntries(
    GENERATORS.map((generator) => [generator.kind, generator.generate(models, context)]),
  );
}

Deno.test("Profile.merge() gives the same bytes, model and types for any split and order", async (t) => {
  for (const { name, namespace, documents } of [...await dataSets(), ...generatorSamples()]) {
    await t.step(name, () => {
      const whole = { namespace, profile: profileOf(documents) };
      const saved = saveProfiles([whole]);
      const models = inferSchemas([whole]);
      const texts = allTexts(whole);
      const random = seededRandom(name);
      for (let round = 0; round < ROUNDS; round++) {
        const parts = { namespace, profile: inParts(documents, random) };
        // The texts are long: a diff of them all would take longer than the test.
        assert(saveProfiles([parts]) === saved, `round ${round}: the saved profiles differ`);
        assertEquals(inferSchemas([parts]), models);
        assertEquals(allTexts(parts), texts);
      }
    });
  }
});

Deno.test("loadProfiles() gives the types that the source gives", async (t) => {
  for (const { name, namespace, documents } of [...await dataSets(), ...generatorSamples()]) {
    await t.step(name, () => {
      const source = { namespace, profile: profileOf(documents) };
      const [loaded] = loadProfiles(saveProfiles([source]), "saved.profile.json");
      assertEquals(inferSchemas([loaded!]), inferSchemas([source]));
      assertEquals(allTexts(loaded!), allTexts(source));
    });
  }
});
