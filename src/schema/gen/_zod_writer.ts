import type {
  FieldModel,
  MapModel,
  NamedModel,
  ObjectModel,
  SchemaModel,
  TypeModel,
  ValueModel,
  VariantsModel,
} from "../model.ts";
import { hasUnknown, namedTypes, referredNames } from "../_walk.ts";
import { type DriverDecoding, driverDecoding } from "./_driver_options.ts";
import { comment, dbRefOf, importLine, quoted } from "./_javascript.ts";
import { fieldNotes, headerLines, keyNotes } from "./_share.ts";
import { helperLines, helperName, ZOD_RESERVED } from "./_zod_helpers.ts";
import { call, flat, layout, list, memberKey, type Node, typeOf } from "./_zod_layout.ts";
import {
  arrayOf,
  exactOptional,
  jsonForm,
  NEVER,
  NULL,
  nullable,
  recordOf,
  UNDEFINED,
  unionOf,
  UNKNOWN,
  type ZodHelper,
  type ZodNode,
  zodScalar,
} from "./_zod_scalar.ts";
import type { GenerateContext } from "./generator.ts";

/** Writes the schemas of models, each after those that it is made of. */
export class ZodWriter {
  readonly #models: readonly SchemaModel[];
  readonly #context: GenerateContext;
  readonly #decoding: DriverDecoding;
  readonly #closed: boolean;
  readonly #enforceFormats: boolean;
  readonly #helpers = new Set<ZodHelper>();
  readonly #blocks: string[] = [];
  readonly #written = new Set<string>();
  /** Maps that something refers to, so that they have to have a name. */
  readonly #referred: ReadonlySet<string>;
  readonly #names = new Map<string, string>();
  /** Whether what is being written names a schema that is not declared yet. */
  #lazy = false;

  /** Creates a writer; options are checked. */
  constructor(models: readonly SchemaModel[], context: GenerateContext) {
    this.#models = models;
    this.#context = context;
    this.#decoding = driverDecoding(context);
    this.#closed = context.options.closed === true;
    this.#enforceFormats = context.options.enforceFormats === true;
    this.#referred = referredNames(models);
    const names = new Set(models.flatMap(({ root }) => [...namedTypes(root).keys()]));
    for (const name of names) {
      let safe = name;
      while (ZOD_RESERVED.has(safe) || (safe !== name && names.has(safe))) safe += "_";
      this.#names.set(name, safe);
    }
  }

  /** The text of the file. */
  text(): string {
    for (const { root } of this.#models) this.#declare(root);
    const { lines, classes } = helperLines(this.#helpers, this.#decoding.json);
    const header = headerLines(this.#models, this.#context).map((line) => `// ${line}`);
    if (classes.length > 0) header.push(importLine(classes));
    header.push(`import { z } from "zod";`);
    const parts = [header.join("\n")];
    if (lines.length > 0) parts.push(lines.join("\n"));
    return [...parts, ...this.#blocks].join("\n\n") + "\n";
  }

  /** Declares a type after those below it, and gives its name. */
  #declare(type: NamedModel): ZodNode {
    const name = this.#names.get(type.name)!;
    if (!this.#written.has(name)) {
      const before = this.#lazy;
      const value = this.#named(type, `export const ${name} = `.length);
      this.#written.add(name);
      this.#lazy = before;
      const start = `export type ${name} = `;
      const inferred = layout(typeOf("z.infer", `typeof ${name}`), 0, start.length, 1);
      this.#blocks.push(`export const ${name} = ${value};\n${start}${inferred};`);
    }
    return { value: name, type: `typeof ${name}` };
  }

  /** A type's schema; `before` columns stand before it. */
  #named(type: NamedModel, before: number): string {
    switch (type.type) {
      case "object":
        return this.#object(type);
      case "map":
        return this.#namedMap(type, before);
      case "variants":
        return this.#variants(type, before);
      default:
        return type satisfies never;
    }
  }

  #object(type: ObjectModel): string {
    const { fields, open } = type;
    const kind = this.#closed && !open ? "strictObject" : "looseObject";
    const reference = this.#decoding.json ? "never" : dbRefOf(type);
    if (reference === "never") return `z.${kind}({${this.#members(fields, 0)}})`;
    const dbRef = flat(this.#use("DBRef").value);
    if (reference === "always") return dbRef;
    // A document with these keys is decoded as a class of its own.
    return `z.union([\n  ${dbRef},\n  z.${kind}({${this.#members(fields, 2)}}),\n])`;
  }

  /** Members on lines of their own, in braces that are on a line with so many blanks before it. */
  #members(fields: readonly FieldModel[], indent: number): string {
    if (fields.length === 0) return "";
    const lines: string[] = [""];
    const blanks = " ".repeat(indent + 2);
    // Keys that are not UTF-8 may read the same.
    for (const [key, alike] of Map.groupBy(fields, ({ key }) => key)) {
      this.#lazy = false;
      const node = this.#field(alike);
      const notes = alike.flatMap((one) => this.#notes(one));
      if (notes.length > 0) lines.push(`${blanks}/** ${comment(notes.join(" "))} */`);
      const member = memberKey(key);
      if (this.#lazy) {
        const start = `${blanks}get ${member}(): `;
        const type = layout(node.type, indent + 2, start.length, 2);
        const value = layout(node.value, indent + 4, indent + 11, 1);
        lines.push(`${start}${type} {`, `${blanks}  return ${value};`, `${blanks}},`);
      } else {
        const start = `${blanks}${member}: `;
        lines.push(`${start}${layout(node.value, indent + 2, start.length, 1)},`);
      }
    }
    this.#lazy = false;
    return `${lines.join("\n")}\n${" ".repeat(indent)}`;
  }

  #field(alike: readonly FieldModel[]): ZodNode {
    let node = alike.length === 1
      ? this.#value(alike[0]!.value, true)
      : unionOf(alike.map(({ value }) => this.#value(value, true)));
    const [{ key, value }] = alike as [FieldModel];
    const optional = alike.every(({ optional }) => optional) ||
      alike.length > 1 || (this.#decoding.json && value.undefineds > 0);
    if (!optional) return node;
    if (key in {} && key !== "__proto__") node = unionOf([node, this.#use("inherited")]);
    return exactOptional(node);
  }

  #notes(field: FieldModel): string[] {
    const notes = fieldNotes(field);
    for (const type of field.value.types) {
      if (type.type === "scalar" && type.values !== undefined && !type.closed) {
        const shown = type.values.slice(0, 12).map(({ value }) => quoted(value)).join(", ");
        const more = type.values.length > 12 ? ` and ${type.values.length - 12} more` : "";
        notes.push(`Seen: ${shown}${more}.`);
      }
    }
    notes.push(...keyNotes(field.value));
    if (field.key === "__proto__") notes.push("Zod does not look at this key.");
    return notes;
  }

  /** What stands at a path. JSON drops fields that are undefined, and writes such elements as null. */
  #value(value: ValueModel, isField: boolean): ZodNode {
    const options = new Map<string, ZodNode>();
    const add = (node: ZodNode) => options.set(flat(node.value), node);
    const objects: TypeModel[] = [];
    for (const type of value.types) {
      // Objects come last: a loose one would take a value of any class for itself.
      if (type.type === "scalar" || type.type === "array" || type.type === "tuple") {
        for (const node of this.#type(type)) add(node);
      } else objects.push(type);
    }
    for (const type of objects) for (const node of this.#type(type)) add(node);
    if (hasUnknown(value)) {
      // They lie too deep to be known.
      add(arrayOf(UNKNOWN));
      add(recordOf(UNKNOWN));
    }
    if (options.has("z.number()")) options.delete("z.int()");
    if (options.has("anyNumber")) {
      options.delete("z.int()");
      options.delete("z.number()");
    }
    let isNull = value.nulls > 0 || options.delete(flat(NULL.value));
    if (value.undefineds > 0) {
      if (!this.#decoding.json) add(UNDEFINED);
      else if (!isField) isNull = true;
    }
    if (options.size === 0) {
      if (isNull) return NULL;
      return value.undefineds > 0 ? NEVER : UNKNOWN;
    }
    const node = unionOf([...options.values()]);
    return isNull ? nullable(node) : node;
  }

  #type(type: TypeModel): ZodNode[] {
    switch (type.type) {
      case "scalar":
        return zodScalar(type, {
          decoding: this.#decoding,
          enforceFormats: this.#enforceFormats,
          use: (helper) => this.#use(helper),
        });
      case "object":
        // Nothing is known of it but that it is one: unlike a loose object, a record is a plain one.
        if (type.fields.length === 0 && !this.#closed) return [recordOf(UNKNOWN)];
        return [this.#declare(type)];
      case "variants":
        return [this.#declare(type)];
      case "map":
        if (type.named.length > 0 || this.#referred.has(type.name)) return [this.#declare(type)];
        return [recordOf(this.#value(type.value, false))];
      case "ref": {
        const name = this.#names.get(type.name)!;
        if (!this.#written.has(name)) this.#lazy = true;
        return [{ value: name, type: `typeof ${name}` }];
      }
      case "array":
        return [arrayOf(type.element === null ? UNKNOWN : this.#value(type.element, false))];
      case "tuple": {
        const elements = type.elements.map((element) => this.#value(element, false));
        return [{
          value: call("z.tuple", list(elements.map(({ value }) => value))),
          type: typeOf("z.ZodTuple", list(elements.map(({ type }) => type)), "null"),
        }];
      }
      default:
        return type satisfies never;
    }
  }

  #namedMap({ value, named }: MapModel, before: number): string {
    const fields = named.length === 0 ? undefined : `z.looseObject({${this.#members(named, 0)}})`;
    this.#lazy = false;
    let node = this.#value(value, false);
    // Only a getter of an object has a type that may name what is declared later.
    if (this.#lazy) {
      node = { value: `z.lazy((): z.ZodType<unknown> => ${flat(node.value)})`, type: "" };
    }
    if (fields === undefined) return layout(recordOf(node).value, 0, before, 1);
    const start = "}).catchall";
    return `${fields}.catchall${layout(call("", node.value), 0, start.length, 1)}`;
  }

  #variants({ tag, variants }: VariantsModel, before: number): string {
    const names: Node[] = [];
    let discriminated = tag !== "__proto__" && this.#decoding.promoteValues;
    for (const { object } of variants) {
      const field = object.fields.find(({ key }) => key === tag);
      discriminated &&= field !== undefined && !field.optional &&
        (this.#decoding.json || dbRefOf(object) === "never");
      names.push(this.#declare(object).value);
    }
    return discriminated
      ? layout(call("z.discriminatedUnion", quoted(tag), list(names)), 0, before, 1)
      : layout(unionOf(names.map((value) => ({ value, type: "" }))).value, 0, before, 1);
  }

  #use(helper: ZodHelper): ZodNode {
    const form = this.#decoding.json ? jsonForm(helper) : undefined;
    if (form !== undefined) return form;
    this.#helpers.add(helper);
    const name = helperName(helper);
    return { value: name, type: `typeof ${name}` };
  }
}
