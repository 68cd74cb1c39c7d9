import { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from "bson";
import type { KindName } from "../profile/mod.ts";
import type { FieldModel, SchemaModel, ValueModel } from "../schema/mod.ts";
import { type MutationSite, mutationSites } from "./_mutation_sites.ts";
import { seededRandom } from "./_random.ts";
import { rawElement, RawObject } from "./_raw_document.ts";

/** A document that was made wrong in one place. */
export interface Mutant {
  /**
   * How: a field that is never missing was dropped; a value became one of a kind that was never seen
   * at its path; a field was added that the schema does not know, to an object all of whose fields
   * it does know; or a string became none of those that a closed enum has.
   */
  readonly change: "drop" | "swap" | "add" | "value";
  /** Where, as a path of the schema such as `items[].price`. */
  readonly path: string;
  /** The kind that the value has now, if it was swapped. */
  readonly kind?: KindName;
  /** What may stand there. */
  readonly value?: ValueModel;
  /** The field that holds the value; `undefined` for an element, or a value of a map. */
  readonly field?: FieldModel;
  /** What may stand at each path on the way there, the outermost first. */
  readonly above: readonly ValueModel[];
  /** The whole document. */
  readonly bytes: Uint8Array;
}

/** What values are swapped for. None is text that reads as a number, a date or an id. */
const REPLACEMENTS: Readonly<Partial<Record<KindName, unknown>>> = {
  string: "no such value",
  int: new Int32(7),
  double: new Double(7.5),
  long: Long.fromString("9007199254740995"),
  decimal: Decimal128.fromString("7.50"),
  boolean: true,
  null: null,
  date: new Date(1_700_000_000_000),
  objectId: new ObjectId("00112233445566778899aabb"),
  binary: new Binary(Uint8Array.of(1, 2, 3), 0),
  timestamp: new Timestamp({ t: 7, i: 7 }),
  object: new RawObject([["no such field", new Int32(7)]]),
  array: [new RawObject([["no such field", new Int32(7)]])],
};
const KINDS = Object.keys(REPLACEMENTS) as KindName[];

/**
 * The kinds of values that a schema takes at a path.
 *
 * @param value What stands there.
 * @returns The names of the kinds; none where nothing is known.
 */
export function kindsOf({ types, nulls, undefineds }: ValueModel): ReadonlySet<KindName> {
  const kinds = new Set<KindName>();
  for (const type of types) {
    if (type.type === "scalar") kinds.add(type.kind);
    else kinds.add(type.type === "array" || type.type === "tuple" ? "array" : "object");
  }
  if (nulls > 0) kinds.add("null");
  if (undefineds > 0) kinds.add("undefined");
  return kinds;
}

/**
 * Makes documents wrong, each in one place, by what their schema says. The same arguments give the
 * same mutants.
 *
 * Of each document that is taken, a place is chosen evenly from the paths of the schema that it has,
 * at any depth. The `_id` of the document itself is never dropped, since servers and libraries put
 * one there again. Where the schema says nothing of values, as of elements of arrays that never had
 * one, none is swapped.
 *
 * @param model The schema.
 * @param documents Documents that fit it.
 * @param change How they are made wrong.
 * @param options How many, the seed of what is chosen, and which of the mutants count.
 * @returns The mutants; fewer, down to none, if there is no place for such a change.
 *
 * @example
 * ```ts
 * import { inferSchemas, Profile, validateDocument } from "@datahood/cli";
 * import { mutants } from "@datahood/cli/testing";
 * import { serialize } from "bson";
 * import { assert } from "@std/assert";
 *
 * const documents = [serialize({ name: "Ada" }), serialize({ name: "Bob" })];
 * const profile = new Profile();
 * for (const document of documents) profile.addDocument(document);
 * const [model] = inferSchemas([{ namespace: { db: "shop", collection: "people" }, profile }]);
 *
 * for (const { bytes } of mutants(model!, documents, "drop", { count: 5 })) {
 *   assert(validateDocument(model!, bytes) !== undefined);
 * }
 * ```
 */
export function mutants(
  model: SchemaModel,
  documents: readonly Uint8Array[],
  change: Mutant["change"],
  { count, seed = "mutants", only = () => true }: {
    readonly count: number;
    readonly seed?: string;
    readonly only?: (mutant: Mutant) => boolean;
  },
): Mutant[] {
  const random = seededRandom(`${seed} ${change}`);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const found: Mutant[] = [];
  const places = new Map<Uint8Array, Map<string, MutationSite[]>>();
  if (documents.length === 0) return found;
  // Some documents have no such place, and some mutants do not count: it is tried more often.
  for (let tries = 0; found.length < count && tries < count * 20; tries++) {
    const document = pick(documents);
    let byPath = places.get(document);
    if (byPath === undefined) {
      const sites = mutationSites(model, document).filter((site) => fits(site, change));
      byPath = Map.groupBy(sites, ({ path }) => path);
      places.set(document, byPath);
    }
    if (byPath.size === 0) continue;
    const site = pick(byPath.get(pick([...byPath.keys()]))!);
    const mutant = mutate(document, site, change, pick);
    if (only(mutant)) found.push(mutant);
  }
  return found;
}

function fits(site: MutationSite, change: Mutant["change"]): boolean {
  switch (change) {
    case "drop":
      return site.what === "value" && site.field?.optional === false &&
        !(site.path === "_id" && site.around.length === 1);
    case "swap":
      return site.what === "value" && kindsOf(site.value).size > 0 &&
        KINDS.some((kind) => !kindsOf(site.value).has(kind));
    case "add":
      return site.what === "object";
    case "value":
      return site.what === "value" &&
        site.value.types.some((type) =>
          type.type === "scalar" && type.kind === "string" && type.closed === true &&
          type.values !== undefined
        );
    default:
      return change satisfies never;
  }
}

function mutate(
  document: Uint8Array,
  site: MutationSite,
  change: Mutant["change"],
  pick: <T>(values: readonly T[]) => T,
): Mutant {
  const { path, start, end, above } = site;
  if (site.what === "object") {
    const bytes = spliced(document, site, rawElement("no such field", new Int32(7)));
    return { change, path, above, bytes };
  }
  const { value, field } = site;
  const about = { change, path, above, value, ...(field === undefined ? {} : { field }) };
  if (change === "drop") return { ...about, bytes: spliced(document, site, new Uint8Array()) };
  const kinds = kindsOf(value);
  const kind = change === "value" ? "string" : pick(KINDS.filter((kind) => !kinds.has(kind)));
  const keyEnd = document.indexOf(0, start + 1);
  const element = rawElement(document.slice(start + 1, keyEnd), REPLACEMENTS[kind]);
  return { ...about, kind, bytes: spliced(document, { ...site, start, end }, element) };
}

/** The document with other bytes in a place; the lengths of all that is around it fit again. */
function spliced(document: Uint8Array, site: MutationSite, insert: Uint8Array): Uint8Array {
  const { start, end, around } = site;
  const bytes = new Uint8Array(document.length - (end - start) + insert.length);
  bytes.set(document.subarray(0, start));
  bytes.set(insert, start);
  bytes.set(document.subarray(end), start + insert.length);
  const view = new DataView(bytes.buffer);
  for (const at of around) {
    view.setInt32(at, view.getInt32(at, true) + insert.length - (end - start), true);
  }
  return bytes;
}
