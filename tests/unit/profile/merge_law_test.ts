import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Profile, saveProfiles, type ValuesMode } from "../../../src/profile/mod.ts";
import { crowdedDocuments, taggedDocuments } from "./_crowded.ts";
import { anyDocuments, collectionOf, profileOf } from "./_profiles.ts";

const MODES: readonly ValuesMode[] = ["enums", "none", "all"];

const save = (profile: Profile): string => saveProfiles([collectionOf(profile)]);

/**
 * That the profile of documents does not depend on how they are split, nor on their order, nor on how
 * the profiles of the parts are put together.
 */
function holdsFor(documents: fc.Arbitrary<Uint8Array[]>, numRuns: number): void {
  fc.assert(
    fc.property(
      documents,
      fc.infiniteStream(fc.nat(3)),
      fc.infiniteStream(fc.nat()),
      fc.constantFrom(...MODES),
      (documents, parts, orders, values) => {
        const whole = save(profileOf(documents, values));
        const split: Uint8Array[][] = [[], [], [], []];
        for (const bytes of documents) split[parts.next().value!]!.push(bytes);
        const [a, b, c, d] = split.map((part) => profileOf(part, values));
        // From the left, and as a tree, the other way round.
        const left = new Profile({ values });
        for (const part of [a!, b!, c!, d!]) left.merge(part);
        assertEquals(save(left), whole);
        d!.merge(c!);
        b!.merge(a!);
        d!.merge(b!);
        assertEquals(save(d!), whole);
        // Looking at a profile in between changes nothing, nor does going on after a merge.
        for (const bytes of split[3]!) {
          assert(c!.root.count >= 0 && c!.addDocument(bytes) === void 0);
        }
        const rest = profileOf(split[2]!, values);
        for (const bytes of split[3]!) rest.addDocument(bytes);
        assertEquals(save(c!), save(rest));
        const keyed = documents.map((bytes) => ({ bytes, at: orders.next().value! }));
        keyed.sort((x, y) => x.at - y.at);
        assertEquals(save(profileOf(keyed.map(({ bytes }) => bytes), values)), whole);
      },
    ),
    // Large documents shrink for minutes; the seed that is printed says as much.
    { numRuns, endOnFailure: true },
  );
}

Deno.test("Profile.merge() gives the profile of all documents, in any order", () => {
  holdsFor(anyDocuments, 200);
});

Deno.test("Profile.merge() gives the profile of all documents above every cap", () => {
  holdsFor(crowdedDocuments, 15);
});

Deno.test("Profile.merge() gives the profile of all documents where fields tell variants apart", () => {
  holdsFor(taggedDocuments, 150);
});

Deno.test("the documents of these tests are above the caps", () => {
  const seen = { folded: false, tags: false, tooDeep: false, repeated: false };
  for (const documents of fc.sample(crowdedDocuments, { numRuns: 8, seed: 1 })) {
    const text = save(profileOf(documents));
    seen.folded ||= text.includes('"folded":{"occurrences"');
    seen.tooDeep ||= text.includes('"tooDeep":');
    seen.repeated ||= text.includes('"repeated":');
  }
  for (const documents of fc.sample(taggedDocuments, { numRuns: 8, seed: 1 })) {
    seen.tags ||= save(profileOf(documents)).includes('"tags":[');
  }
  assertEquals(seen, { folded: true, tags: true, tooDeep: true, repeated: true });
});
