import { formatId } from "../../bson/mod.ts";
import { UsageError } from "../../core/mod.ts";
import {
  type ArrayNode,
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
  NamedModel,
  ObjectModel,
  Outlier,
  ScalarModel,
  SchemaModel,
  TupleModel,
  TypeModel,
  ValueModel,
  VariantsModel,
} from "../model.ts";
import { geoType } from "./_geo.ts";
import { exactName, keyName, TypeNames } from "./_names.ts";
import { nearest } from "./_nearest.ts";
import { givenValue, kindOf } from "./_given.ts";
import { idleOverrides, UsedOverrides } from "./_idle.ts";
import { elementPlace, fieldPlace, type Place, valuePlace } from "./_place.ts";
import { depthOf } from "./_depth.ts";
import { foldRecursion, keyText, type Reference } from "./_recursion.ts";
import { readInt, scalarModel } from "./_scalar.ts";
import { type Shape, Shapes } from "./_shape.ts";
import { shareStructures } from "./_share.ts";
import { Signatures } from "./_signature.ts";
import { survey } from "./_survey.ts";
import { isTuple } from "./_tuple.ts";
import { type Named, nameObjects } from "./_type_names.ts";
import { rootTypeName, typeName } from "./name.ts";
import type { InferOptions, Override } from "./options.ts";

/** Keys whose values are not kept, and which do not say whose they are: things have names too. */
const UNTOLD: ReadonlySet<string> = new Set(["_id", "name"]);

/**
 * Makes the models of collections from their profiles. No two types in them have the same name.
 *
 * @param collections What was seen, a collection each.
 * @param options The root's name, how rare a kind may be, and what to do differently.
 * @returns The models that generators read, in the same order.
 * @throws {UsageError} If an override is of a path that no collection has, or a name is not to be had.
 *
 * @example
 * ```ts
 * import { inferSchemas, Profile } from "@datahood/cli";
 * import { serialize } from "bson";
 * import { assertEquals } from "@std/assert";
 *
 * const profile = new Profile();
 * profile.addDocument(serialize({ name: "Ada", city: null }));
 * const [model] = inferSchemas([{ namespace: { db: "shop", collection: "people" }, profile }]);
 * assertEquals(model!.root.name, "Person");
 * ```
 */
export function inferSchemas(
  collections: readonly ProfiledCollection[],
  options: InferOptions = {},
): SchemaModel[] {
  const names = new TypeNames();
  const inferences = collections.map((collection) => new Inference(collection, options));
  checkPaths(inferences, options);
  // Documents first: their types have the short names.
  const rootNames = inferences.map(({ collection: { namespace } }) => {
    const given = options.rootName ?? options.overrides?.[""]?.name;
    if (given !== undefined) return names.takeGiven(given, `the type of ${namespace.collection}`);
    return names.take(rootNamesOf(namespace), `${namespace.db}.${namespace.collection}`);
  });
  const models = inferences.map((inference, i) => inference.run(rootNames[i]!, names));
  const { overrides = {}, onIssue } = options;
  idleOverrides(overrides, inferences.map(({ used }) => used)).forEach((issue) => onIssue?.(issue));
  return models;
}

/** Names for the documents of a collection, the best first. */
function rootNamesOf({ db, collection }: { db: string; collection: string }): string[] {
  const name = rootTypeName(collection);
  const plural = typeName(collection);
  return [
    name,
    `${name}Document`,
    ...(plural === name ? [] : [plural, `${plural}Document`]),
    `${keyName(db, false)}${name}`,
    `Document${exactName(collection)}`,
  ];
}

function checkPaths(inferences: readonly Inference[], { overrides = {} }: InferOptions): void {
  for (const path of Object.keys(overrides)) {
    if (inferences.some(({ paths }) => paths.has(path))) continue;
    const near = nearest(path, new Set(inferences.flatMap(({ paths }) => [...paths])));
    throw new UsageError(`Cannot override "${path}": no document has anything there.`, {
      hint: near.length === 0
        ? "a path is such as customer.name, items[].price or scores.*"
        : `near it: ${near.join(", ")}`,
    });
  }
}

/** Makes the model of one collection. */
class Inference {
  /** The collection. */
  readonly collection: ProfiledCollection;
  /** Every path that its documents have. */
  readonly paths: ReadonlySet<string>;
  /** What overrides did. */
  readonly used = new UsedOverrides();
  readonly #options: InferOptions;
  readonly #shapes = new Shapes();
  readonly #root: ObjectNode;
  readonly #references: ReadonlyMap<ValueNode, Reference>;
  readonly #shared: ReturnType<typeof shareStructures>;
  readonly #models = new Map<ObjectNode, NamedModel>();
  #named: ReadonlyMap<ObjectNode, Named> = new Map();

  constructor(collection: ProfiledCollection, options: InferOptions) {
    this.collection = collection;
    this.#options = options;
    const { overrides = {}, minShare = 0 } = options;
    const { root, references } = foldRecursion(collection.profile.root, overrides);
    this.#root = root;
    this.#references = references;
    const found = survey(root, this.#shapes, overrides);
    this.paths = found.paths;
    const signatures = new Signatures(this.#shapes, references, found.alone, minShare);
    this.#shared = shareStructures(root, found, this.#shapes, signatures, overrides);
  }

  run(rootName: string, names: TypeNames): SchemaModel {
    this.used.note("", "as", "name");
    const { namespace, profile, of } = this.collection;
    const { overrides = {} } = this.#options;
    this.#named = nameObjects(
      this.#root,
      rootName,
      this.#shapes,
      this.#shared,
      overrides,
      names,
    );
    return {
      root: this.#objectType(this.#root, names),
      namespace,
      documents: profile.documents,
      ...(of === undefined ? {} : { of }),
      ...(this.#references.size === 0 ? {} : { depth: depthOf(profile.root) }),
    };
  }

  #override(path: string): Override {
    const { overrides = {} } = this.#options;
    return Object.hasOwn(overrides, path) ? overrides[path]! : {};
  }

  #value(node: ValueNode, place: Place, names: TypeNames): ValueModel {
    const total = node.total;
    const least = (this.#options.minShare ?? 0) * total;
    const { type } = this.#override(place.path);
    const types: TypeModel[] = [];
    const outliers: Outlier[] = [];
    for (let kind = 0; kind < KINDS; kind++) {
      const count = node.counts[kind]!;
      if (count === 0 || kind === KIND.null || kind === KIND.undefined) continue;
      if (count < least) {
        outliers.push({ kind: KIND_NAMES[kind]!, count, ids: idsOf(node, kind) });
      } else if (type?.includes(KIND_NAMES[kind]!) !== false) {
        // What stands below a kind that someone excluded is left out, and overrides of it are idle.
        types.push(...this.#types(node, kind, place, names));
      }
    }
    const value: ValueModel = {
      types,
      nulls: node.counts[KIND.null]!,
      undefineds: node.counts[KIND.undefined]!,
      total,
      outliers,
    };
    if (type === undefined) return value;
    this.used.note(place.path, "type");
    const { path, label, one } = place;
    const parent = this.#named.get(this.#root)!.name;
    return givenValue(
      value,
      type,
      path,
      () => names.take([`${parent}${keyName(label, one)}`], path),
    );
  }

  #types(node: ValueNode, kind: number, place: Place, names: TypeNames): TypeModel[] {
    if (kind === KIND.array) {
      return node.array === null ? [] : [this.#arrayType(node.array, node, place, names)];
    }
    if (kind !== KIND.object) {
      const name = KIND_NAMES[kind] as ScalarModel["kind"];
      const own = this.#override(place.path).enum;
      // In the whole data, the type of GeoJSON is one of those that it has.
      const geo = place.geo && place.key === "type" && this.collection.of === undefined;
      const mode = own ?? (geo ? "closed" : this.#options.enums ?? "open");
      const model = scalarModel(node, name, { mode, forced: own !== undefined || geo });
      if (kind === KIND.string || kind === KIND.symbol || kind === KIND.int) {
        this.used.noteTexts(place.path);
        if (mode === "none" || model.values !== undefined) this.used.note(place.path, "enum");
      }
      return [model];
    }
    this.used.note(place.path, "as", "name");
    const types: TypeModel[] = [];
    const reference = this.#references.get(node);
    if (reference !== undefined) {
      const { name } = this.#named.get(reference.to)!;
      types.push({ type: "ref", name, count: reference.count });
    }
    if (node.object !== null) types.push(this.#objectType(node.object, names));
    return types;
  }

  #objectType(node: ObjectNode, names: TypeNames): NamedModel {
    let model = this.#models.get(node);
    if (model === undefined) {
      model = this.#newObjectType(node, this.#named.get(node)!, names);
      this.#models.set(node, model);
    }
    return model;
  }

  #newObjectType(
    node: ObjectNode,
    { name, place }: Named,
    names: TypeNames,
  ): NamedModel {
    const { path } = place;
    const { count } = node;
    const shape = this.#shapes.of(node);
    switch (shape.as) {
      case "map": {
        const value = this.#value(shape.value, valuePlace(place), names);
        const named = this.#fields(node, shape.named, place, names);
        return { type: "map", name, path, count, keys: shape.keys, value, named };
      }
      case "variants":
        return this.#variantsType(node, name, place, shape, names);
      case "record": {
        const fields = this.#fields(node, [...node.all()], place, names);
        return { type: "object", name, path, count, fields, open: node.folded !== null };
      }
      default:
        return shape satisfies never;
    }
  }

  #fields(
    node: ObjectNode,
    fields: readonly Field[],
    around: Place,
    names: TypeNames,
    share: (field: Field) => { count: number; of: number } = ({ count }) => ({
      count,
      of: node.count,
    }),
  ): FieldModel[] {
    const geo = geoType(node) !== undefined;
    const models: FieldModel[] = [];
    for (const field of inOrder(fields)) {
      const place = fieldPlace(field, around, geo);
      const { key } = place;
      const { count, of } = share(field);
      const { ignore = false } = this.#override(place.path);
      if (ignore) this.used.note(place.path, "ignore");
      if (count === 0 || ignore) continue;
      const value = this.#value(field.node, place, names);
      const personal = !UNTOLD.has(key) && (field.node.personal || isPersonal(value));
      models.push({
        key,
        value,
        optional: count < of,
        count,
        of,
        ...(personal ? { personal } : {}),
      });
    }
    return models;
  }

  #variantsType(
    node: ObjectNode,
    name: string,
    place: Place,
    { field: tag, rows }: Shape & { as: "variants" },
    names: TypeNames,
  ): VariantsModel {
    const { path } = place;
    const tagKey = keyText(tag);
    const variants = rows.map(({ entry, total, presence }) => {
      const isInt = tag.node.intValues?.entries?.includes(entry) ?? false;
      const value = isInt
        ? readInt(entry.bytes)
        : new TextDecoder("utf-8", { ignoreBOM: true }).decode(entry.bytes);
      const share = (field: Field) => ({ count: presence(field), of: total });
      // Sub-types are shared by the variants: their names come from the path, without the variant.
      const fields = this.#fields(node, [...node.all()], place, names, share).map((field) =>
        field.key === tagKey ? { ...field, value: onlyValue(value, total) } : field
      );
      const text = String(value);
      const variantName = names.take(
        [`${name}${keyName(text, false)}`, `${name}${exactName(text)}`]
          .filter((wanted) => wanted !== name),
        `${path}{${value}}`,
      );
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

  #arrayType(
    array: ArrayNode,
    node: ValueNode,
    place: Place,
    names: TypeNames,
  ): ArrayModel | TupleModel {
    const count = node.counts[KIND.array]!;
    const { minLength, maxLength } = array;
    const inner = elementPlace(place);
    if (isTuple(array, count, place)) {
      const merged = this.#value(array.element, inner, names);
      const elements = Array.from({ length: maxLength }, (_, i) => at(merged, array, i));
      return { type: "tuple", count, elements };
    }
    const element = array.element.total === 0 ? null : this.#value(array.element, inner, names);
    return { type: "array", count, element, minLength, maxLength };
  }
}

/** Whether all strings are of a kind that is someone's own. */
function isPersonal({ types }: ValueModel): boolean {
  return types.some((type) =>
    type.type === "scalar" && (type.format === "email" || type.format?.startsWith("ipv"))
  );
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

/** What stands at one position, out of what stands at all of them: just kinds are counted by position. */
function at(merged: ValueModel, { positions }: ArrayNode, position: number): ValueModel {
  const count = (kind: KindName) => positions[position * KINDS + KIND[kind]]!;
  return {
    types: merged.types.filter((type) => count(kindOf(type)) > 0)
      .map((type) => type.type === "scalar" ? { ...type, count: count(type.kind) } : type),
    nulls: count("null"),
    undefineds: count("undefined"),
    total: KIND_NAMES.reduce((sum, kind) => sum + count(kind), 0),
    outliers: merged.outliers.filter(({ kind }) => count(kind) > 0)
      .map((outlier) => ({ ...outlier, count: count(outlier.kind) })),
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
