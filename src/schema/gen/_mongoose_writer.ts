import type { KeyClass } from "../../profile/mod.ts";
import type {
  FieldModel,
  MapModel,
  NamedModel,
  ScalarModel,
  SchemaModel,
  TupleModel,
  TypeModel,
  ValueModel,
} from "../model.ts";
import { hasUnknown, walkType } from "../_walk.ts";
import { FORMAT_PATTERNS } from "./_format_patterns.ts";
import { comment, dbRefOf, quoted } from "./_javascript.ts";
import { helperTexts, type MongooseHelper } from "./_mongoose_helpers.ts";
import { isUsableKey, isWarnedKey } from "./_mongoose_keys.ts";
import {
  array,
  call,
  type Code,
  flat,
  layout,
  memberLine,
  object,
  WIDTH,
} from "./_mongoose_layout.ts";
import { literals, MIXED, scalarKinds, scalarType, type Spec } from "./_mongoose_scalar.ts";
import { mergeVariants, type VariantField } from "./_mongoose_variants.ts";
import { fieldNotes, headerLines, typeNotes } from "./_share.ts";
import { docComment } from "./_typescript_layout.ts";
import type { GenerateContext } from "./generator.ts";

type Options = readonly (readonly [string, Code])[];

/** Classes of keys that hold no dot: a `Map` refuses such keys, and those that begin with a dollar. */
const MAP_KEYS: ReadonlySet<KeyClass> = new Set(["hex24", "uuid", "int", "date", "locale", "hash"]);

/** Fields of an object above which TypeScript takes minutes to infer a type. */
const WIDE = 100;

/** Writes the schemas of models, each after those that it is made of. */
export class MongooseWriter {
  readonly #models: readonly SchemaModel[];
  readonly #context: GenerateContext;
  readonly #closed: boolean;
  readonly #enforceFormats: boolean;
  readonly #helpers = new Set<MongooseHelper>();
  readonly #blocks: string[] = [];
  readonly #written = new Set<string>();
  /** The schemas that are being written, from the document on. */
  readonly #open: string[] = [];

  /** Creates a writer. */
  constructor(models: readonly SchemaModel[], context: GenerateContext) {
    this.#models = models;
    this.#context = context;
    this.#closed = context.options.closed === true;
    this.#enforceFormats = context.options.enforceFormats === true;
  }

  /** The text of the file. */
  text(): string {
    for (const model of this.#models) this.#document(model);
    const header = headerLines(this.#models, this.#context).map((line) => `// ${line}`);
    header.push(`import mongoose, { type InferSchemaType, Schema } from "mongoose";`);
    return `${[header.join("\n"), ...helperTexts(this.#helpers), ...this.#blocks].join("\n\n")}\n`;
  }

  #document({ root, namespace }: SchemaModel): void {
    const fields = root.type === "object" ? root.fields : root.type === "map" ? root.named : [];
    const options: [string, Code][] = [["collection", quoted(namespace.collection)]];
    if (!fields.some(({ key }) => key === "__v")) options.push(["versionKey", "false"]);
    this.#declare(root, options, `A document of ${namespace.collection}.`);
    const start = `export const ${root.name}Model = `;
    const made = call("mongoose.model", quoted(root.name), `${root.name}Schema`);
    this.#blocks.push(`${start}${layout(made, 0, [...start].length, 1)};`);
  }

  /** Declares the schema of a type, once; gives its name. */
  #declare(type: NamedModel, own: Options = [], doc?: string): string {
    const name = `${type.name}Schema`;
    if (this.#written.has(name)) return name;
    this.#written.add(name);
    this.#open.push(type.name);
    const isDocument = doc !== undefined;
    const fields: readonly VariantField[] = type.type === "object"
      ? type.fields.map((field) => ({ field }))
      : type.type === "map"
      ? type.named.map((field) => ({ field }))
      : mergeVariants(type);
    const later: string[] = [];
    const { lines, left } = this.#members(fields, isDocument, later);
    const options = this.#schemaOptions(type, fields, own, { isDocument, left });
    const notes = [...(isDocument ? [doc] : []), ...typeNotes(type)];
    if (type.type === "variants") notes.push(`Told apart by ${JSON.stringify(type.tag)}.`);
    if (type.type === "map") notes.push(`Keys are data: ${type.keys}.`);
    const wide = fields.length > WIDE;
    if (wide) notes.push("It has too many fields for TypeScript to infer its type.");
    const head = notes.length === 0 ? "" : `${docComment(0, comment(notes.join(" ")))}\n`;
    const made = wide ? "new Schema<Record<string, unknown>>(" : "new Schema(";
    const start = `export const ${name} = ${made}`;
    const body = lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n}`;
    const columns = [...start].length;
    const rest = (indent: number, column: number) =>
      options.length === 0 ? "" : `, ${layout(object(options), indent, column, 2)}`;
    const column = lines.length > 0 ? 3 : columns + 4;
    const schema = columns > WIDTH
      ? `export const ${name} =\n${indented(`${made}${body}${rest(0, column)});`)}`
      : columns === WIDTH && lines.length > 0
      // Not even the brace is left room.
      ? `${start}\n${indented(body)}${rest(2, 2).replace(", ", ",\n  ")},\n);`
      : `${start}${body}${rest(0, column)});`;
    const added = later.length === 0 ? "" : `\n${name}.add({\n${later.join("\n")}\n});`;
    this.#open.pop();
    this.#blocks.push(`${head}${schema}${added}\n${inferred(type.name, name)}`);
    return name;
  }

  #schemaOptions(
    type: NamedModel,
    fields: readonly VariantField[],
    own: Options,
    { isDocument, left }: { isDocument: boolean; left: boolean },
  ): Options {
    const options: (readonly [string, Code])[] = [...own];
    if (!isDocument && !fields.some(({ field }) => field.key === "_id")) {
      options.push(["_id", "false"]);
    }
    // By default empty objects are not saved, and each schema decides for itself.
    if (holdsEmpty(type)) options.push(["minimize", "false"]);
    const isOpen = type.type === "map" || (type.type === "object" && type.open);
    if (isOpen) options.push(["strict", "false"]);
    // With keys that are left out, to throw would be to refuse what is there.
    else if (this.#closed) options.push(["strict", left ? "true" : `"throw"`]);
    if (fields.some(({ field }) => isWarnedKey(field.key))) {
      options.push(["suppressReservedKeysWarning", "true"]);
    }
    return options;
  }

  #members(
    fields: readonly VariantField[],
    isDocument: boolean,
    later: string[],
  ): { lines: string[]; left: boolean } {
    const lines: string[] = [];
    // Values under a key with dots would be put where such a path leads.
    const paths = new Set(
      isDocument ? fields.flatMap(({ field: { key } }) => splitPath(key)) : [],
    );
    let left = false;
    // Keys that are not UTF-8 may read the same.
    for (const [key, alike] of Map.groupBy(fields, ({ field }) => field.key)) {
      const [{ field, where }] = alike as [VariantField];
      const { value } = field;
      if (isDocument && key === "_id" && isPlainId(value)) continue;
      if (!isUsableKey(key)) {
        left = true;
        lines.push(`  // ${comment(`Not for Mongoose: the key ${quoted(shortened(key))}.`)}`);
        continue;
      }
      if (paths.has(key) && !value.types.every(({ type }) => type === "scalar")) {
        lines.push("  /** Not checked: other keys have dots, and lead here. */");
        lines.push(memberLine(key, MIXED, 2));
        continue;
      }
      const spec = alike.length > 1 && where === undefined
        ? this.#mixed(alike.flatMap(({ field }) => [field.value]))
        : this.#value(value);
      const required = alike.length === 1 ? this.#required(field, spec, where) : undefined;
      const code = this.#field(spec, required);
      const notes = fieldNotes(field);
      if (spec.note !== undefined) notes.push(spec.note);
      const isOwn = this.#isOwn(spec.type);
      if (isOwn) lines.push(`  // ${comment(`${quoted(shortened(key))} is added below.`)}`);
      const to = isOwn ? later : lines;
      if (notes.length > 0) to.push(docComment(2, comment(notes.join(" "))));
      to.push(memberLine(key, code, 2));
    }
    return { lines, left };
  }

  /** Whether a type is made of the schema that is being written: it cannot name itself yet. */
  #isOwn(type: Code): boolean {
    const own = `${this.#open.at(-1)}Schema`;
    if (typeof type === "string") return type === own;
    return type.parts.some(({ code }) => this.#isOwn(code));
  }

  /** The option that says whether a field has to be there. */
  #required(
    { key, optional, value }: FieldModel,
    { type }: Spec,
    where: VariantField["where"],
  ): Code | undefined {
    const { types, nulls, undefineds } = value;
    if (undefineds > 0 || (types.length === 0 && nulls === 0)) return undefined;
    if (where !== undefined && nulls === 0) {
      return this.#call("presentWhere", quoted(key), quoted(where.key), literals(where.values));
    }
    if (optional) return undefined;
    if (nulls > 0) return this.#call("presentOrNull", quoted(key));
    const empty = types.some((one) => one.type === "scalar" && mayBeEmpty(one));
    const isOdd = type === "String" ? empty : type === "Buffer" || type === "Schema.Types.UUID";
    return isOdd ? this.#call("present", quoted(key)) : "true";
  }

  #call(helper: MongooseHelper, ...args: readonly Code[]): Code {
    this.#helpers.add(helper);
    return call(helper, ...args);
  }

  #field({ type, options }: Spec, required?: Code): Code {
    const all: (readonly [string, Code])[] = [["type", type]];
    if (required !== undefined) all.push(["required", required]);
    // By default it would be an empty array, and be saved as such.
    if (typeof type !== "string" && type.open === "[") all.push(["default", "undefined"]);
    all.push(...options);
    return all.length === 1 ? type : object(all);
  }

  /** What stands at a path. */
  #value(value: ValueModel): Spec {
    const { types } = value;
    if (hasUnknown(value) || types.length === 0) return this.#mixed([value]);
    const [only] = types as [TypeModel];
    if (types.length === 1 && only.type !== "scalar") return this.#container(only, value);
    if (types.every((type) => type.type === "scalar")) return this.#scalars(types, value);
    const names = new Set<string>();
    for (const type of types) this.#declareBelow(type, names);
    const note = names.size === 0 ? {} : { note: `Objects are as ${[...names].join(", ")}.` };
    return { ...this.#mixed([value]), ...note };
  }

  /** Declares objects that stand in a union, for whoever needs their schemas; collects their names. */
  #declareBelow(type: TypeModel, names: Set<string>): void {
    if (type.type === "array") {
      for (const inner of type.element?.types ?? []) this.#declareBelow(inner, names);
    } else if (type.type === "object" || type.type === "variants") {
      const { type: code } = this.#object(type, ONE);
      if (code === `${type.name}Schema`) names.add(type.name);
    }
  }

  #scalars(scalars: readonly ScalarModel[], value: ValueModel): Spec {
    const types = [...new Set(scalars.map((scalar) => scalarType(scalar)))];
    const [type] = types;
    if (types.includes(undefined) || types.includes("Buffer") && types.length > 1) {
      return this.#mixed([value]);
    }
    const closed = scalars.filter((one) => one.closed && one.values !== undefined);
    const values = closed.flatMap((one) => one.values!.map(({ value }) => value));
    if (types.length === 1) {
      const options: (readonly [string, Code])[] = [];
      if (closed.length === scalars.length) options.push(["enum", literals(unique(values))]);
      const { format } = scalars[0]!;
      if (this.#enforceFormats && type === "String" && scalars.length === 1 && format) {
        options.push(["match", `/${FORMAT_PATTERNS[format]}/`]);
      }
      const longs = scalars.some(({ kind }) => kind === "long") && type === "Number";
      return { type: type!, options, ...(longs ? { note: "Stored as 64-bit integers." } : {}) };
    }
    // BigInt would take numbers for its own.
    if (closed.length > 0 || types.includes("BigInt")) return this.#mixed([value]);
    return { type: "Schema.Types.Union", options: [["of", array(types as string[])]] };
  }

  #container(type: Exclude<TypeModel, ScalarModel>, value: ValueModel): Spec {
    switch (type.type) {
      case "object":
      case "variants":
      case "map":
        return this.#object(type, value);
      case "ref":
        if (this.#open.at(-1) === type.name && this.#open.length > 0) {
          return { type: `${type.name}Schema`, options: [] };
        }
        return { ...this.#mixed([value]), note: `Recursive: as ${type.name}.` };
      case "array": {
        if (type.element === null) return { type: array([MIXED]), options: [] };
        const { type: element, options, note } = this.#value(type.element);
        const { inner, check } = this.#lifted(element, options);
        return { type: array([inner]), options: check, ...(note === undefined ? {} : { note }) };
      }
      case "tuple":
        return this.#tuple(type, value);
      default:
        return type satisfies never;
    }
  }

  #tuple({ elements }: TupleModel, value: ValueModel): Spec {
    const first = elements.map((element) => flat(this.#field(this.#value(element))));
    const checks = elements.map((element) => this.#check([element]));
    const tuple = this.#call("tuple", ...checks);
    const check = value.nulls > 0 ? this.#call("orNull", tuple) : tuple;
    return first.every((code) => code === "Number")
      ? { type: array(["Number"]), options: [["validate", check]] }
      : { type: MIXED, options: [["validate", check]], note: "A tuple." };
  }

  #object(type: NamedModel, value: ValueModel): Spec {
    const reference = dbRefOf(type);
    if (reference !== "never") return { ...this.#mixed([value]), note: "References (DBRef)." };
    if (type.type === "map") return this.#map(type, value);
    const fields = type.type === "object"
      ? type.fields
      : type.variants.flatMap(({ object }) => object.fields);
    const bad = fields.find(({ key }) => !isUsableKey(key));
    if (bad !== undefined) {
      const note = `Mongoose cannot have the key ${quoted(shortened(bad.key))}.`;
      return { ...this.#mixed([value]), note };
    }
    if (fields.length === 0) return { ...this.#mixed([value]), note: "Objects without fields." };
    return { type: this.#declare(type), options: [] };
  }

  #map(type: MapModel, value: ValueModel): Spec {
    if (!MAP_KEYS.has(type.keys)) {
      return { ...this.#mixed([value]), note: "Keys are data, and a Map takes none with dots." };
    }
    if (type.named.length > 0) {
      if (type.named.some(({ key }) => !isUsableKey(key))) return this.#mixed([value]);
      return { type: this.#declare(type), options: [] };
    }
    const of = this.#value(type.value);
    // A map needs a schema that is there already.
    if (this.#isOwn(of.type)) return this.#mixed([value]);
    const { inner, check } = this.#lifted(of.type, of.options);
    return {
      type: "Map",
      options: [["of", inner], ...check],
      note: `Keys are data: ${type.keys}.`,
    };
  }

  /**
   * What stands in an array or a map, and what checks all of it from outside: Mongoose passes over
   * elements that are arrays, and values of maps that are `Mixed`.
   */
  #lifted(type: Code, options: Options): { inner: Code; check: Options } {
    const check = options.find(([name]) => name === "validate")?.[1];
    const others = options.filter(([name]) => name !== "validate");
    return {
      inner: others.length === 0 ? type : object([["type", type], ...others]),
      check: check === undefined ? [] : [["validate", this.#call("each", check)]],
    };
  }

  /** What Mongoose has no type for: the kinds of values are checked. */
  #mixed(values: readonly ValueModel[]): Spec {
    const isKnown = values.every((value) => value.types.length > 0 || value.nulls > 0);
    if (!isKnown) return { type: MIXED, options: [] };
    return { type: MIXED, options: [["validate", this.#check(values)]] };
  }

  #check(values: readonly ValueModel[]): Code {
    const kinds = new Set<string>();
    const only: (string | number)[] = [];
    for (const value of values) {
      for (const type of value.types) {
        if (type.type !== "scalar") {
          const isArray = type.type === "array" || type.type === "tuple";
          if (isArray) kinds.add("array");
          else {
            const reference = type.type === "ref" ? "never" : dbRefOf(type);
            if (reference !== "never") kinds.add("DBRef");
            if (reference !== "always") kinds.add("object");
          }
        } else if (type.closed && type.values !== undefined) {
          only.push(...type.values.map(({ value }) => value));
        } else for (const kind of scalarKinds(type)) kinds.add(kind);
      }
      if (hasUnknown(value)) {
        kinds.add("object");
        kinds.add("array");
      }
      if (value.nulls > 0) kinds.add("null");
      if (value.undefineds > 0) kinds.add("undefined");
    }
    const names = array([...kinds].map(quoted));
    return this.#call("fits", names, ...(only.length === 0 ? [] : [literals(unique(only))]));
  }
}

/** Whether objects in it may have no fields. */
function holdsEmpty(type: NamedModel): boolean {
  let found = false;
  walkType(type, (inner) => {
    if (inner === type) return;
    if (inner.type === "map") found = true;
    else if (inner.type === "object") found ||= inner.fields.every(({ optional }) => optional);
  });
  return found;
}

/** Whether some of the strings have no characters. */
function mayBeEmpty({ closed, values, range }: ScalarModel): boolean {
  if (closed && values !== undefined) return values.some(({ value }) => value === "");
  return Number(range?.min ?? 0) === 0;
}

/** A value that is always there. */
const ONE: ValueModel = { types: [], nulls: 0, undefineds: 0, total: 1, outliers: [] };

function inferred(name: string, schema: string): string {
  const start = `export type ${name} =`;
  const one = `${start} InferSchemaType<typeof ${schema}>;`;
  if ([...one].length <= WIDTH) return one;
  const parts = `InferSchemaType<\n  typeof ${schema}\n>;`;
  return [...`${start} InferSchemaType<`].length <= WIDTH
    ? `${start} ${parts}`
    : `${start}\n${indented(parts)}`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

/** An `_id` as Mongoose makes it of its own accord. */
function isPlainId({ types, nulls, undefineds, outliers }: ValueModel): boolean {
  const [type] = types;
  return types.length === 1 && nulls + undefineds + outliers.length === 0 &&
    type!.type === "scalar" && type!.kind === "objectId";
}

/** The keys on the path that a key with dots is to Mongoose. */
function splitPath(key: string): string[] {
  return key.includes(".") ? key.split(".") : [];
}

function shortened(key: string): string {
  return key.length > 60 ? `${key.slice(0, 60)}…` : key;
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
