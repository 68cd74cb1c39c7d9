import { formatId } from "../../bson/mod.ts";
import {
  type ArrayNode,
  CAPS,
  type Field,
  KIND,
  KIND_NAMES,
  type KindName,
  KINDS,
  type ObjectNode,
  type ProfiledCollection,
  type ValueNode,
} from "../../profile/mod.ts";
import type {
  ArrayModel,
  FieldModel,
  MapModel,
  ObjectModel,
  Outlier,
  ScalarModel,
  SchemaModel,
  TupleModel,
  TypeModel,
  ValueModel,
  VariantsModel,
} from "../model.ts";
import { isGeoJson, isNumeric, isPlaceKey } from "./_geo.ts";
import { dynamicKeys } from "./_map.ts";
import { rootTypeName } from "./name.ts";
import { TypeNames } from "./_names.ts";
import { foldRecursion, type Reference } from "./_recursion.ts";
import { scalarModel } from "./_scalar.ts";
import { keyText } from "./_unreadable_keys.ts";
import { findVariants } from "./_variants.ts";
import type { InferOptions, Override } from "./options.ts";

/**
 * Makes the models of collections from their profiles. No two types in them have the same name.
 *
 * @param collections What was seen, a collection each.
 * @param options The root's name, how rare a kind may be, and what to do differently.
 * @returns The models that generators read, in the same order.
 */
export function inferSchemas(
  collections: readonly ProfiledCollection[],
  options: InferOptions = {},
): SchemaModel[] {
  const names = new TypeNames();
  return collections.map((collection) => new Inference(collection, options, names).run());
}

/** Where in documents something stands. */
interface Place {
  /** Such as `items[].price`. */
  readonly path: string;
  /** The last key on the way. */
  readonly key: string;
  /** Name of the type that it is a part of. */
  readonly parent: string;
  /** Whether it is one of several: an element, or a value of a map. */
  readonly one: boolean;
  /** Whether the object around it is GeoJSON. */
  readonly geo: boolean;
}

class Inference {
  readonly #collection: ProfiledCollection;
  readonly #options: InferOptions;
  readonly #names: TypeNames;
  readonly #named = new Map<ObjectNode, string>();
  readonly #root: ObjectNode;
  readonly #references: ReadonlyMap<ValueNode, Reference>;

  constructor(collection: ProfiledCollection, options: InferOptions, names: TypeNames) {
    this.#collection = collection;
    this.#options = options;
    this.#names = names;
    names.next();
    const { root, references } = foldRecursion(collection.profile.root);
    this.#root = root;
    this.#references = references;
  }

  run(): SchemaModel {
    const { namespace, profile, of } = this.#collection;
    const wanted = this.#options.rootName ?? rootTypeName(namespace.collection);
    const name = this.#names.claim(wanted, `${namespace.db}.${namespace.collection}:`);
    const place = { path: "", key: "", parent: "", one: false, geo: false };
    const root = this.#objectType(this.#root, place, name);
    return {
      root,
      namespace,
      documents: profile.documents,
      ...(of === undefined ? {} : { of }),
      notes: [],
    };
  }

  #override(path: string): Override {
    const { overrides = {} } = this.#options;
    return Object.hasOwn(overrides, path) ? overrides[path]! : {};
  }

  #value(node: ValueNode, place: Place): ValueModel {
    const total = node.total;
    const least = (this.#options.minShare ?? 0) * total;
    const types: TypeModel[] = [];
    const outliers: Outlier[] = [];
    for (let kind = 0; kind < KINDS; kind++) {
      const count = node.counts[kind]!;
      if (count === 0 || kind === KIND.null || kind === KIND.undefined) continue;
      if (count < least) {
        outliers.push({ kind: KIND_NAMES[kind]!, count, ids: idsOf(node, kind) });
      } else {
        types.push(...this.#types(node, kind, place));
      }
    }
    return {
      types,
      nulls: node.counts[KIND.null]!,
      undefineds: node.counts[KIND.undefined]!,
      total,
      outliers,
    };
  }

  #types(node: ValueNode, kind: number, place: Place): TypeModel[] {
    if (kind === KIND.array) {
      return node.array === null ? [] : [this.#arrayType(node.array, node, place)];
    }
    if (kind !== KIND.object) {
      const name = KIND_NAMES[kind] as ScalarModel["kind"];
      const own = this.#override(place.path).enum;
      const mode = own ?? this.#options.enums ?? "open";
      return [scalarModel(node, name, { mode, forced: own !== undefined })];
    }
    const types: TypeModel[] = [];
    const reference = this.#references.get(node);
    if (reference !== undefined) {
      const name = this.#named.get(reference.to)!;
      types.push({ type: "ref", name, count: reference.count });
    }
    if (node.object !== null) types.push(this.#objectType(node.object, place));
    return types;
  }

  #objectType(
    node: ObjectNode,
    place: Place,
    rootName?: string,
  ): ObjectModel | VariantsModel | MapModel {
    const { path } = place;
    const override = this.#override(path);
    const name = override.name === undefined
      ? rootName ?? this.#names.name(place.parent, place.key, place.one, path)
      : this.#names.claim(override.name, path);
    this.#named.set(node, name);
    if (override.as !== "record") {
      const map = dynamicKeys(node, override.as === "map");
      // The document itself is a record unless it is told otherwise: it has an _id at least.
      if (map !== undefined && (path !== "" || override.as === "map")) {
        const value = this.#value(map.value, {
          path: `${path}.*`,
          key: "",
          parent: name,
          one: true,
          geo: false,
        });
        const named = this.#fields(node, map.named, name, path);
        return { type: "map", name, path, count: node.count, keys: map.keys, value, named };
      }
      const variants = findVariants(node);
      if (variants !== undefined) return this.#variantsType(node, name, path, variants);
    }
    const fields = this.#fields(node, [...node.all()], name, path);
    return { type: "object", name, path, count: node.count, fields, open: node.folded !== null };
  }

  #fields(
    node: ObjectNode,
    fields: readonly Field[],
    parent: string,
    path: string,
    share: (field: Field) => { count: number; of: number } = ({ count }) => ({
      count,
      of: node.count,
    }),
  ): FieldModel[] {
    const geo = isGeoJson(node);
    const models: FieldModel[] = [];
    for (const field of inOrder(fields)) {
      const key = keyText(field);
      const place = { path: childPath(path, key), key, parent, one: false, geo };
      const { count, of } = share(field);
      if (count === 0 || this.#override(place.path).ignore) continue;
      const value = this.#value(field.node, place);
      models.push({ key, value, optional: count < of, count, of });
    }
    return models;
  }

  #variantsType(
    node: ObjectNode,
    name: string,
    path: string,
    { field: tag, rows }: NonNullable<ReturnType<typeof findVariants>>,
  ): VariantsModel {
    const tagKey = keyText(tag);
    const variants = rows.map(({ entry, total, presence }) => {
      const isInt = tag.node.intValues?.entries?.includes(entry) ?? false;
      const value = isInt
        ? new DataView(entry.bytes.buffer, entry.bytes.byteOffset).getInt32(0, true)
        : new TextDecoder("utf-8", { ignoreBOM: true }).decode(entry.bytes);
      const share = (field: Field) => ({ count: presence(field), of: total });
      // Sub-types are shared by the variants: their names come from the path, without the variant.
      const fields = this.#fields(node, [...node.all()], name, path, share).map((field) =>
        field.key === tagKey ? { ...field, value: onlyValue(value, total) } : field
      );
      const variantName = this.#names.name(name, String(value), false, `${path}{${value}}`);
      const object: ObjectModel = {
        type: "object",
        name: variantName,
        path,
        count: total,
        fields,
        open: false,
      };
      return { value, object };
    });
    variants.sort((a, b) => b.object.count - a.object.count || (a.value < b.value ? -1 : 1));
    return { type: "variants", name, path, count: node.count, tag: tagKey, variants };
  }

  #arrayType(array: ArrayNode, node: ValueNode, place: Place): ArrayModel | TupleModel {
    const count = node.counts[KIND.array]!;
    const { minLength, maxLength } = array;
    const element = { ...place, path: `${place.path}[]`, one: true };
    if (isTuple(array, count, place)) {
      const merged = this.#value(array.element, element);
      const elements = Array.from({ length: maxLength }, (_, i) => at(merged, array, i));
      return { type: "tuple", count, elements };
    }
    const value = array.element.total === 0 ? null : this.#value(array.element, element);
    return { type: "array", count, element: value, minLength, maxLength };
  }
}

/** By mean position, then the key's bytes. */
function inOrder(fields: readonly Field[]): Field[] {
  return [...fields].sort((a, b) => {
    // a.positions / a.count against b.positions / b.count, exactly.
    const order = BigInt(a.positions) * BigInt(b.count) - BigInt(b.positions) * BigInt(a.count);
    return order !== 0n ? (order < 0n ? -1 : 1) : compareKeys(a.keyBytes, b.keyBytes);
  });
}

function compareKeys(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** The path of a field: keys that hold a dot or a bracket, or are empty, are quoted. */
export function childPath(path: string, key: string): string {
  const shown = key === "" || /[.[\]*"{}]/.test(key) ? JSON.stringify(key) : key;
  return path === "" ? shown : `${path}.${shown}`;
}

/** A constant length and kinds that differ by position, or a place. */
function isTuple(array: ArrayNode, count: number, { key, geo }: Place): boolean {
  const { minLength, maxLength, element } = array;
  if (minLength !== maxLength || maxLength < 2 || maxLength > CAPS.positions) return false;
  const place = (geo && key === "coordinates" && maxLength <= 3) ||
    (isPlaceKey(key) && maxLength === 2 && element.counts[KIND.double]! > 0);
  if (place && isNumeric(element)) return true;
  if (count < 20) return false;
  const signature = (position: number) =>
    KIND_NAMES.map((_, kind) => array.positions[position * KINDS + kind]! > 0 ? 1 : 0).join("");
  const first = signature(0);
  for (let i = 1; i < maxLength; i++) if (signature(i) !== first) return true;
  return false;
}

/** What stands at one position, out of what stands at all of them. */
function at(merged: ValueModel, { positions }: ArrayNode, position: number): ValueModel {
  const count = (kind: number) => positions[position * KINDS + kind]!;
  const kindOf = (type: TypeModel): KindName => {
    if (type.type === "scalar") return type.kind;
    return type.type === "array" || type.type === "tuple" ? "array" : "object";
  };
  let total = 0;
  for (let kind = 0; kind < KINDS; kind++) total += count(kind);
  return {
    types: merged.types.filter((type) => count(KIND[kindOf(type)]) > 0),
    nulls: count(KIND.null),
    undefineds: count(KIND.undefined),
    total,
    outliers: [],
  };
}

function onlyValue(value: string | number, count: number): ValueModel {
  const only: ScalarModel = {
    type: "scalar",
    kind: typeof value === "string" ? "string" : "int",
    count,
    values: [{ value, count } as { value: string; count: number }],
    closed: true,
  };
  return { types: [only], nulls: 0, undefineds: 0, total: count, outliers: [] };
}

function idsOf(node: ValueNode, kind: number): string[] {
  return (node.ids?.[kind]?.kept ?? []).map(({ element }) =>
    formatId(element, { type: element[0]!, start: 0, valueStart: 2, end: element.length })
  );
}
