import { documentLength } from "../core/mod.ts";
import { BSON_TYPE, bsonTypeName, elements, type ElementSpan, findElement } from "../bson/mod.ts";
import { CAPS } from "../profile/mod.ts";
import type {
  ArrayModel,
  FieldModel,
  NamedModel,
  ScalarModel,
  SchemaModel,
  TupleModel,
  TypeModel,
  ValueModel,
  VariantsModel,
} from "./model.ts";
import { childPath } from "./_path.ts";
import { hasUnknown, isUuid, namedTypes } from "./_walk.ts";
import type { Mismatch } from "./validate.ts";

/** Fields, as they are looked up by the keys of a raw document. */
interface Fields {
  readonly models: readonly FieldModel[];
  readonly keys: readonly Uint8Array[];
  /** By key; more than one where keys that are not UTF-8 read the same. */
  readonly byKey: ReadonlyMap<string, readonly number[]>;
  readonly required: number;
}

const encoder = new TextEncoder();
// A byte-order mark at the start of a key is a part of it.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Holds raw documents to one schema; what it looks up by is made once. */
export class DocumentValidator {
  readonly #root: NamedModel;
  readonly #byName: ReadonlyMap<string, NamedModel>;
  readonly #fields = new Map<readonly FieldModel[], Fields>();
  #buffer: Uint8Array = new Uint8Array(0);
  #closed = false;
  #depth = 0;

  /** Prepares to validate by a schema. */
  constructor({ root }: SchemaModel) {
    this.#root = root;
    this.#byName = namedTypes(root);
  }

  /** The first thing wrong with the document at an offset. */
  validate(buffer: Uint8Array, start: number, closed: boolean): Mismatch | undefined {
    this.#buffer = buffer;
    this.#closed = closed;
    this.#depth = 0;
    return this.#structure(this.#root, start);
  }

  #structure(type: NamedModel, start: number): Mismatch | undefined {
    switch (type.type) {
      case "object":
        return this.#object(type.fields, start, type.open ? "any" : "none");
      case "map":
        return this.#object(type.named, start, type.value);
      case "variants":
        return this.#variants(type, start);
      default:
        return type satisfies never;
    }
  }

  #variants({ tag, variants }: VariantsModel, start: number): Mismatch | undefined {
    const span = findElement(this.#buffer, start, tag);
    const expected = variants.map(({ value }) => JSON.stringify(value)).join(" | ");
    if (span === undefined) return { path: childPath("", tag), expected, found: "nothing" };
    const value = this.#enumValue(span);
    const variant = variants.find((one) => one.value === value);
    if (variant === undefined) {
      return { path: childPath("", tag), expected, found: this.#shown(span) };
    }
    return this.#structure(variant.object, start);
  }

  /** Fields with names, and what others may be. */
  #object(
    models: readonly FieldModel[],
    start: number,
    others: ValueModel | "any" | "none",
  ): Mismatch | undefined {
    const { keys, byKey, required } = this.#prepared(models);
    const seen = new Uint8Array(models.length);
    let requiredSeen = 0;
    let next = 0;
    for (const span of elements(this.#buffer, start)) {
      // Fields mostly come in the order they are known in.
      const key = keys[next];
      let found: readonly number[] | undefined;
      let index = -1;
      if (key !== undefined && this.#isKey(key, span.keyStart, span.keyEnd)) index = next;
      else {
        found = byKey.get(this.#key(span.keyStart, span.keyEnd));
        if (found !== undefined) index = found[0]!;
      }
      if (index < 0) {
        if (others === "any") continue;
        const key = this.#key(span.keyStart, span.keyEnd);
        if (others === "none") {
          if (!this.#closed) continue;
          return { path: childPath("", key), expected: "no other field", found: this.#kind(span) };
        }
        const mismatch = this.#value(others, span);
        if (mismatch !== undefined) return below(childPath("", key), mismatch);
        continue;
      }
      next = index + 1;
      const model = models[index]!;
      let mismatch = this.#value(model.value, span);
      for (let i = 1; mismatch !== undefined && found !== undefined && i < found.length; i++) {
        mismatch = this.#value(models[found[i]!]!.value, span);
      }
      if (mismatch !== undefined) return below(childPath("", model.key), mismatch);
      for (const one of found ?? byKey.get(model.key)!) {
        if (seen[one] === 0) {
          seen[one] = 1;
          if (!models[one]!.optional) requiredSeen++;
        }
      }
    }
    if (requiredSeen === required) return undefined;
    const missing = models.find(({ optional }, i) => !optional && seen[i] === 0)!;
    return {
      path: childPath("", missing.key),
      expected: valueText(missing.value),
      found: "nothing",
    };
  }

  #value(model: ValueModel, span: ElementSpan): Mismatch | undefined {
    const { type } = span;
    if (type === BSON_TYPE.null && model.nulls > 0) return undefined;
    if (type === BSON_TYPE.undefined && model.undefineds > 0) return undefined;
    let last: Mismatch | undefined;
    for (const one of model.types) {
      if (!isOfKind(one, type)) continue;
      last = this.#type(one, span);
      if (last === undefined) return undefined;
    }
    if (last !== undefined) return last;
    if (isUnknown(model, type)) return undefined;
    return { path: "", expected: valueText(model), found: this.#kind(span) };
  }

  #type(model: TypeModel, span: ElementSpan): Mismatch | undefined {
    if (model.type === "scalar") return this.#scalar(model, span);
    // What is deeper was not looked at either.
    if (this.#depth === CAPS.depth) return undefined;
    this.#depth++;
    const mismatch = this.#container(model, span);
    this.#depth--;
    return mismatch;
  }

  #container(
    model: Exclude<TypeModel, ScalarModel>,
    span: ElementSpan,
  ): Mismatch | undefined {
    switch (model.type) {
      case "object":
      case "variants":
      case "map":
        return this.#structure(model, span.valueStart);
      case "ref":
        return this.#structure(this.#byName.get(model.name)!, span.valueStart);
      case "array":
        return this.#array(model, span);
      case "tuple":
        return this.#tuple(model, span);
      default:
        return model satisfies never;
    }
  }

  #scalar(model: ScalarModel, span: ElementSpan): Mismatch | undefined {
    const { kind, subtypes, values, closed } = model;
    if (kind === "binary" && subtypes !== undefined) {
      const subtype = this.#buffer[span.valueStart + 4]!;
      if (!isUuid(subtypes) || subtype === 4) return undefined;
      return { path: "", expected: "binary 4", found: `binary ${subtype}` };
    }
    if (!closed || values === undefined) return undefined;
    const value = this.#enumValue(span);
    if (values.some((one) => one.value === value)) return undefined;
    return {
      path: "",
      expected: values.map(({ value }) => JSON.stringify(value)).join(" | "),
      found: this.#shown(span),
    };
  }

  #array({ element }: ArrayModel, span: ElementSpan): Mismatch | undefined {
    if (element === null) return undefined;
    let index = 0;
    for (const one of elements(this.#buffer, span.valueStart)) {
      const mismatch = this.#value(element, one);
      if (mismatch !== undefined) return below(`[${index}]`, mismatch);
      index++;
    }
    return undefined;
  }

  #tuple({ elements: models }: TupleModel, span: ElementSpan): Mismatch | undefined {
    let index = 0;
    for (const one of elements(this.#buffer, span.valueStart)) {
      const model = models[index];
      if (model !== undefined) {
        const mismatch = this.#value(model, one);
        if (mismatch !== undefined) return below(`[${index}]`, mismatch);
      }
      index++;
    }
    if (index === models.length) return undefined;
    return { path: "", expected: `${models.length} elements`, found: `${index}` };
  }

  #prepared(models: readonly FieldModel[]): Fields {
    let fields = this.#fields.get(models);
    if (fields === undefined) {
      const byKey = new Map<string, number[]>();
      models.forEach(({ key }, i) => {
        const list = byKey.get(key);
        if (list === undefined) byKey.set(key, [i]);
        else list.push(i);
      });
      fields = {
        models,
        keys: models.map(({ key }) => encoder.encode(key)),
        byKey,
        required: models.filter(({ optional }) => !optional).length,
      };
      this.#fields.set(models, fields);
    }
    return fields;
  }

  #isKey(key: Uint8Array, start: number, end: number): boolean {
    if (key.length !== end - start) return false;
    for (let i = 0; i < key.length; i++) if (key[i] !== this.#buffer[start + i]) return false;
    return true;
  }

  #key(start: number, end: number): string {
    return decoder.decode(this.#buffer.subarray(start, end));
  }

  /** A string or an int, as enums and tags have them. */
  #enumValue({ type, valueStart, end }: ElementSpan): string | number | undefined {
    switch (type) {
      case BSON_TYPE.string:
      case BSON_TYPE.symbol:
        return this.#key(valueStart + 4, end - 1);
      case BSON_TYPE.int:
        return documentLength(this.#buffer, valueStart) | 0;
      default:
        return undefined;
    }
  }

  #kind({ type }: ElementSpan): string {
    return bsonTypeName(type)!;
  }

  /** A kind and, where it is short, the value. */
  #shown(span: ElementSpan): string {
    const value = this.#enumValue(span);
    if (value === undefined || String(value).length > 64) return this.#kind(span);
    return `${this.#kind(span)} ${JSON.stringify(value)}`;
  }
}

function isOfKind(model: TypeModel, type: number): boolean {
  switch (model.type) {
    case "scalar":
      return BSON_TYPE[model.kind] === type;
    case "array":
    case "tuple":
      return type === BSON_TYPE.array;
    default:
      return type === BSON_TYPE.object;
  }
}

/** Whether nothing is known of such values: none was seen, or they lie too deep to be entered. */
function isUnknown(model: ValueModel, type: number): boolean {
  const { types, nulls, undefineds, outliers } = model;
  if (types.length === 0 && outliers.length === 0 && nulls + undefineds === 0) return true;
  if (type !== BSON_TYPE.object && type !== BSON_TYPE.array) return false;
  return hasUnknown(model);
}

/** What a value may be, in the names of BSON. */
function valueText(model: ValueModel): string {
  const parts = new Set<string>();
  for (const type of model.types) {
    if (type.type === "scalar") parts.add(type.kind);
    else parts.add(type.type === "array" || type.type === "tuple" ? "array" : "object");
  }
  if (model.nulls > 0) parts.add("null");
  if (model.undefineds > 0) parts.add("undefined");
  return parts.size === 0 ? "anything" : [...parts].join(" | ");
}

function below(path: string, mismatch: Mismatch): Mismatch {
  const { path: rest } = mismatch;
  mismatch.path = rest === "" || rest.startsWith("[") ? path + rest : `${path}.${rest}`;
  return mismatch;
}
