import { assert, assertEquals } from "@std/assert";
import { Profile } from "../../src/profile/mod.ts";
import { inferSchemas } from "../../src/schema/mod.ts";
import { walkType } from "../../src/schema/_walk.ts";
import { generatorSamples } from "../../src/testing/mod.ts";
import { dataSets } from "./data_sets.ts";

Deno.test("inferSchemas() gives types names that are identifiers, each for one path of one collection", async () => {
  const sets = [...await dataSets(), ...generatorSamples()];
  // Twice, so that no two collections get a name between them either.
  const collections = [...sets, ...sets].map(({ namespace, documents }, i) => {
    const profile = new Profile();
    for (const document of documents) profile.addDocument(document);
    return { namespace: { ...namespace, db: `${namespace.db}${i}` }, profile };
  });
  const places = new Map<string, string>();
  for (const [i, { root }] of inferSchemas(collections).entries()) {
    const names = new Set<string>();
    walkType(root, (type) => {
      if (!("name" in type)) return;
      if (type.type === "ref") {
        // What it refers to may come after it.
        return;
      }
      assert(
        /^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(type.name),
        `"${type.name}" at ${type.path}`,
      );
      names.add(type.name);
      const place = `${i} ${type.type} ${type.path}`;
      const tag = places.get(type.name);
      // A variant is at its union's path; both have names of their own.
      assertEquals(tag ?? place, place, type.name);
      places.set(type.name, place);
    });
    walkType(root, (type) => {
      if (type.type === "ref") assert(names.has(type.name), `nothing is named "${type.name}"`);
    });
  }
});
