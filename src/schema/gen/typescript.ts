import type {
  FieldModel,
  MapModel,
  NamedModel,
  SchemaModel,
  TypeModel,
  ValueModel,
} from "../model.ts";
import { DRIVER_OPTIONS, type DriverDecoding, driverDecoding } from "./_driver_options.ts";
import { referredNames } from "../_walk.ts";
import type { GenerateContext, Generator } from "./generator.ts";
import { comment, dbRefOf, importLine, propertyKey, quoted } from "./_javascript.ts";
import { binaryNotes, fieldNotes, headerLines, keyNotes, typeNotes } from "./_share.ts";
import { docComment, layout, type TypeText, unionOf } from "./_typescript_layout.ts";
import { scalarTypes } from "./_typescript_scalar.ts";

/** TypeScript types of documents as the MongoDB driver gives them, or as their JSON form. */
export const typescriptGenerator: Generator = {
  kind: "typescript",
  summary: "TypeScript types, as the MongoDB driver decodes documents",
  extension: ".ts",
  options: DRIVER_OPTIONS,
  generate(models, context) {
    return new TypeScriptWriter(models, context).text();
  },
};

/** An object that never had a field. */
const EMPTY = "Record<string, never>";

/** What TypeScript knows of any object. */
const INHERITED: ReadonlySet<string> = new Set([
  "constructor",
  "hasOwnProperty",
  "isPrototypeOf",
  "propertyIsEnumerable",
  "toLocaleString",
  "toString",
  "valueOf",
]);

class TypeScriptWriter {
  readonly #models: readonly SchemaModel[];
  readonly #context: GenerateContext;
  readonly #decoding: DriverDecoding;
  readonly #imports = new Set<string>();
  readonly #blocks: string[] = [];
  readonly #declared = new Set<string>();
  /** Names that a recursive type goes back to: those of maps need a declaration. */
  readonly #targets: ReadonlySet<string>;

  constructor(models: readonly SchemaModel[], context: GenerateContext) {
    this.#models = models;
    this.#context = context;
    this.#decoding = driverDecoding(context);
    this.#targets = referredNames(models);
  }

  text(): string {
    for (const { root, namespace } of this.#models) {
      this.#declare(root, `A document of ${comment(namespace.collection)}.`);
    }
    const header = headerLines(this.#models, this.#context).map((line) => `// ${line}`);
    if (this.#imports.size > 0) header.push(importLine(this.#imports));
    return `${[header.join("\n"), ...this.#blocks].join("\n\n")}\n`;
  }

  /** Declares a named type, then those below it in the order they are met; gives its name. */
  #declare(type: NamedModel, doc?: string): TypeText {
    if (this.#declared.has(type.name)) return type.name;
    this.#declared.add(type.name);
    // Its own text needs the types below it, which come after it.
    const at = this.#blocks.push("") - 1;
    const notes = doc === undefined ? typeNotes(type) : [doc, ...typeNotes(type)];
    const head = notes.length === 0 ? "" : `${docComment(0, comment(notes.join(" ")))}\n`;
    this.#blocks[at] = `${head}${this.#declaration(type)}`;
    return type.name;
  }

  #declaration(type: NamedModel): string {
    switch (type.type) {
      case "object":
        return type.fields.length === 0
          ? `export type ${type.name} = ${EMPTY};`
          : this.#interface(type.name, [
            ...this.#members(type.fields),
            // Some fields were too many to keep.
            ...(type.open ? ["  [key: string]: unknown;"] : []),
          ]);
      case "map":
        return this.#targets.has(type.name) || type.named.length > 0
          ? this.#mapInterface(type)
          : layout(0, `export type ${type.name} = `, this.#mapType(type), ";");
      case "variants": {
        const names = type.variants.map(({ object }) => this.#declare(object));
        return layout(0, `export type ${type.name} = `, unionOf(names), ";");
      }
      default:
        return type satisfies never;
    }
  }

  #interface(name: string, members: readonly string[]): string {
    return `export interface ${name} {\n${members.join("\n")}\n}`;
  }

  #members(fields: readonly FieldModel[]): string[] {
    const lines: string[] = [];
    for (const field of fields) {
      const { value } = field;
      const notes = [...fieldNotes(field), ...keyNotes(value), ...binaryNotes(value)];
      const { json } = this.#decoding;
      if (notes.length > 0) lines.push(docComment(2, comment(notes.join(" "))));
      // JSON leaves out what is undefined.
      const mark = field.optional || (json && field.value.undefineds > 0) ? "?" : "";
      const own = this.#value(field.value);
      // Without a field of its own, an object has what all objects have under such a key.
      const type = mark !== "" && INHERITED.has(field.key)
        ? unionOf([own, `object[${quoted(field.key)}]`])
        : own;
      lines.push(layout(2, `${propertyKey(field.key)}${mark}: `, type, ";"));
    }
    return lines;
  }

  #value(value: ValueModel, inArray = false): TypeText {
    const parts = value.types.flatMap((type) => this.#typeTexts(type));
    if (value.nulls > 0) parts.push("null");
    if (value.undefineds > 0) {
      if (!this.#decoding.json) parts.push("undefined");
      else if (inArray) parts.push("null");
      else if (parts.length === 0) return "never";
    }
    return unionOf(parts);
  }

  #typeTexts(type: TypeModel): TypeText[] {
    switch (type.type) {
      case "scalar":
        return scalarTypes(type, this.#decoding, (name) => this.#use(name));
      case "object":
      case "variants":
      case "map":
        return this.#embedded(type);
      case "ref":
        return [type.name];
      case "array":
        return [{ array: type.element === null ? "unknown" : this.#value(type.element, true) }];
      case "tuple":
        return [{ tuple: type.elements.map((element) => this.#value(element, true)) }];
      default:
        return type satisfies never;
    }
  }

  /** An object in a document: where it is a reference to another, the driver makes that of it. */
  #embedded(type: NamedModel): TypeText[] {
    const reference = this.#decoding.json ? "never" : dbRefOf(type);
    const parts: TypeText[] = reference === "never" ? [] : [this.#use("DBRef")];
    if (reference === "always") return parts;
    if (type.type === "map" && type.named.length === 0 && !this.#targets.has(type.name)) {
      return [...parts, this.#mapType(type)];
    }
    if (type.type === "object" && type.fields.length === 0) return [...parts, EMPTY];
    return [...parts, this.#declare(type)];
  }

  #mapType({ value }: MapModel): TypeText {
    return { record: this.#value(value) };
  }

  /** What stands under any key is a union of all there is, or the named fields would not fit it. */
  #mapInterface({ name, value, named }: MapModel): string {
    const members = this.#members(named);
    const others = [value, ...named.map(({ value }) => value)].map((one) => this.#value(one));
    if (named.some(({ optional }) => optional)) others.push("undefined");
    return this.#interface(name, [
      ...members,
      layout(2, "[key: string]: ", unionOf(others), ";"),
    ]);
  }

  #use(name: string): string {
    this.#imports.add(name);
    return name;
  }
}
