import { BSON_TYPE, bsonToJson, elements, type ElementSpan, findElement } from "../bson/mod.ts";
import type { CollectionInfo } from "../core/mod.ts";
import type { DefinitionDifference } from "./result.ts";

/** What a server says of a collection and not of what it means. */
const MEANINGLESS_OPTIONS = new Set([
  "uuid",
  "autoIndexId",
  "idIndex",
  "ns",
  "create",
  "recordIdsReplicated",
]);
const MEANINGLESS_IN_INDEX = new Set(["v", "ns", "name", "background", "dropDups"]);
/** `false`, 0 and none are one for these; so are `true` and 1. */
const SWITCHES = new Set(["unique", "sparse", "hidden", "capped", "clustered"]);
const decoder = new TextDecoder();
const RELAXED = { relaxed: true } as const;

/** A definition by its members: what each means, and how it is shown. */
type Members = Map<string, { readonly meaning: string; readonly json: string }>;

/** What differs in meaning between the definitions of two collections. */
export function definitionDifferences(
  a: CollectionInfo,
  b: CollectionInfo,
  { options, indexes }: { readonly options: boolean; readonly indexes: boolean },
): DefinitionDifference[] {
  const found: DefinitionDifference[] = [];
  const [typeA, typeB] = [typeOf(a), typeOf(b)];
  if (typeA !== typeB) found.push({ of: "type", name: "type", a: typeA, b: typeB });
  if (options) {
    const [ofA, ofB] = [a, b].map((info) => membersOf(info.options, MEANINGLESS_OPTIONS));
    found.push(...compare("option", ofA!, ofB!));
  }
  if (indexes) found.push(...compare("index", indexesOf(a), indexesOf(b)));
  return found;
}

/** What a collection is: not every server says so of a time series, and mongodump writes what it says. */
function typeOf({ type, options }: CollectionInfo): CollectionInfo["type"] {
  const isSeries = type === "collection" && options !== undefined &&
    findElement(options, 0, "timeseries") !== undefined;
  return isSeries ? "timeseries" : type;
}

/** Whether anything is known of a collection beside its documents. */
export function isDefined({ type, options, indexes }: CollectionInfo): boolean {
  return type !== "collection" || options !== undefined || indexes !== undefined;
}

function compare(of: "option" | "index", a: Members, b: Members): DefinitionDifference[] {
  const found: DefinitionDifference[] = [];
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const inA = a.get(name), inB = b.get(name);
    if (inA?.meaning === inB?.meaning) continue;
    found.push({
      of,
      name,
      ...(inA === undefined ? {} : { a: inA.json }),
      ...(inB === undefined ? {} : { b: inB.json }),
    });
  }
  return found;
}

function membersOf(document: Uint8Array | undefined, without: ReadonlySet<string>): Members {
  const members: Members = new Map();
  if (document === undefined) return members;
  for (const span of elements(document, 0)) {
    const name = decoder.decode(document.subarray(span.keyStart, span.keyEnd));
    if (without.has(name)) continue;
    let meaning = meaningOf(document, span, name === "clusteredIndex" ? "v" : undefined);
    if (SWITCHES.has(name)) {
      if (/^(no|n0|none)$/.test(meaning)) continue;
      if (/^n/.test(meaning)) meaning = "yes";
    }
    members.set(name, { meaning, json: memberJson(document, span) });
  }
  return members;
}

function indexesOf({ indexes = [] }: CollectionInfo): Members {
  const all: Members = new Map();
  for (const [position, index] of indexes.entries()) {
    let name = `#${position}`;
    for (const { type, keyStart, keyEnd, valueStart, end } of elements(index, 0)) {
      if (type !== BSON_TYPE.string) continue;
      if (decoder.decode(index.subarray(keyStart, keyEnd)) !== "name") continue;
      name = decoder.decode(index.subarray(valueStart + 4, end - 1));
    }
    const members = [...membersOf(index, MEANINGLESS_IN_INDEX)]
      .sort(([a], [b]) => a < b ? -1 : 1)
      .map(([name, { meaning }]) => `${JSON.stringify(name)}:${meaning}`);
    all.set(name, { meaning: members.join(), json: bsonToJson(index, 0, RELAXED) });
  }
  return all;
}

/** A value as a text that is the same for values that mean the same: 1, 1.0 and the long 1. */
function meaningOf(buffer: Uint8Array, span: ElementSpan, without?: string): string {
  const { type, valueStart, end } = span;
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  switch (type) {
    case BSON_TYPE.int:
      return `n${view.getInt32(valueStart, true)}`;
    case BSON_TYPE.long:
      return `n${view.getBigInt64(valueStart, true)}`;
    case BSON_TYPE.double:
      return `n${view.getFloat64(valueStart, true)}`;
    case BSON_TYPE.boolean:
      return buffer[valueStart] === 0 ? "no" : "yes";
    case BSON_TYPE.null:
    case BSON_TYPE.undefined:
      return "none";
    case BSON_TYPE.object:
    case BSON_TYPE.array: {
      const parts: string[] = [];
      for (const inner of elements(buffer, valueStart)) {
        const name = decoder.decode(buffer.subarray(inner.keyStart, inner.keyEnd));
        if (name === without) continue;
        parts.push(`${JSON.stringify(name)}:${meaningOf(buffer, inner)}`);
      }
      return `${type === BSON_TYPE.array ? "[" : "{"}${parts.join()}}`;
    }
    default:
      return `${type}:${[...buffer.subarray(valueStart, end)].join(" ")}`;
  }
}

/** The value of an element as relaxed Extended JSON. */
export function memberJson(
  buffer: Uint8Array,
  { type, valueStart, end }: ElementSpan,
  relaxed = true,
): string {
  const document = new Uint8Array(7 + end - valueStart);
  new DataView(document.buffer).setInt32(0, document.length, true);
  document[4] = type;
  document.set(buffer.subarray(valueStart, end), 6);
  return bsonToJson(document, 0, { relaxed }).slice('{"":'.length, -1);
}
