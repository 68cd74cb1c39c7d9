import { UsageError } from "../../core/mod.ts";
import type {
  FieldModel,
  MapModel,
  ObjectModel,
  ScalarModel,
  SchemaModel,
  TypeModel,
  ValueModel,
  VariantsModel,
} from "../model.ts";
import type { GenerateContext, Generator } from "./generator.ts";
import { comment, literal, propertyKey } from "./_javascript.ts";
import { fieldNotes, headerLines } from "./_share.ts";

/** TypeScript types of documents as the MongoDB driver gives them, or as their JSON form. */
export const typescriptGenerator: Generator = {
  kind: "typescript",
  summary: "TypeScript types, as the MongoDB driver decodes documents",
  extension: ".ts",
  options: [
    {
      name: "shape",
      flag: "--shape <shape>",
      help: "bson: values as the driver gives them; json: as JSON has them (ids as strings)",
      default: "bson",
    },
    {
      name: "promoteValues",
      flag: "--no-promote-values",
      help: "for a driver with promoteValues: false",
    },
    {
      name: "promoteLongs",
      flag: "--no-promote-longs",
      help: "for a driver with promoteLongs: false",
    },
    { name: "useBigInt64", flag: "--use-big-int64", help: "for a driver with useBigInt64: true" },
    { name: "bsonRegExp", flag: "--bson-reg-exp", help: "for a driver with bsonRegExp: true" },
  ],
  generate(models, context) {
    return new TypeScriptWriter(models, context).text();
  },
};

class TypeScriptWriter {
  readonly #models: readonly SchemaModel[];
  readonly #context: GenerateContext;
  readonly #imports = new Set<string>();
  readonly #blocks: string[] = [];
  readonly #done = new Set<string>();

  constructor(models: readonly SchemaModel[], context: GenerateContext) {
    this.#models = models;
    this.#context = context;
    const { useBigInt64, promoteValues } = context.options;
    if (useBigInt64 === true && promoteValues === false) {
      throw new UsageError(
        "Cannot use useBigInt64 with promoteValues: false: the driver decodes wrongly with both",
        { hint: "use one of them" },
      );
    }
  }

  text(): string {
    const texts = this.#models.map(({ root }) => {
      this.#blocks.length = 0;
      this.#declare(root);
      return this.#blocks.reverse().join("\n\n");
    });
    const imports = [...this.#imports].sort();
    const header = headerLines(this.#models, this.#context).map((line) => `// ${line}`);
    if (imports.length > 0) header.push(`import type { ${imports.join(", ")} } from "mongodb";`);
    return [header.join("\n"), ...texts].join("\n\n") + "\n";
  }

  /** Declares a named type, those below it after it, and gives its name. */
  #declare(type: ObjectModel | VariantsModel | MapModel): string {
    if (this.#done.has(type.name)) return type.name;
    this.#done.add(type.name);
    // Blocks are collected innermost first and turned round, so that the document comes first.
    switch (type.type) {
      case "object": {
        const body = this.#members(type.fields);
        this.#blocks.push(`export interface ${type.name} {\n${body}}`);
        break;
      }
      case "map":
        break;
      case "variants": {
        const names = type.variants.map(({ value, object }) => {
          const fields = object.fields;
          void value;
          const body = this.#members(fields);
          this.#blocks.push(`export interface ${object.name} {\n${body}}`);
          return object.name;
        });
        this.#blocks.push(`export type ${type.name} = ${names.join(" | ")};`);
        break;
      }
      default:
        void (type satisfies never);
    }
    return type.name;
  }

  #members(fields: readonly FieldModel[]): string {
    const lines: string[] = [];
    for (const field of fields) {
      const notes = fieldNotes(field);
      if (notes.length > 0) lines.push(`  /** ${comment(notes.join(" "))} */`);
      const mark = field.optional ? "?" : "";
      lines.push(`  ${propertyKey(field.key)}${mark}: ${this.#valueText(field.value)};`);
    }
    return lines.map((line) => `${line}\n`).join("");
  }

  #valueText(value: ValueModel): string {
    const parts = this.#parts(value);
    return parts.length === 0 ? "unknown" : parts.join(" | ");
  }

  #parts(value: ValueModel): string[] {
    const parts = new Set<string>();
    for (const type of value.types) for (const text of this.#typeTexts(type)) parts.add(text);
    if (value.nulls > 0) parts.add("null");
    if (value.undefineds > 0) parts.add("undefined");
    return [...parts];
  }

  #typeTexts(type: TypeModel): string[] {
    switch (type.type) {
      case "scalar":
        return this.#scalar(type);
      case "object":
      case "variants":
        return [this.#declare(type)];
      case "map":
        return [this.#mapText(type)];
      case "ref":
        return [type.name];
      case "array": {
        if (type.element === null) return ["unknown[]"];
        const parts = this.#parts(type.element);
        const text = parts.join(" | ");
        return [parts.length > 1 || text.includes("&") ? `(${text})[]` : `${text}[]`];
      }
      case "tuple":
        return [`[${type.elements.map((element) => this.#valueText(element)).join(", ")}]`];
      default:
        return type satisfies never;
    }
  }

  #mapText({ value, named }: MapModel): string {
    const map = `Record<string, ${this.#valueText(value)}>`;
    if (named.length === 0) return map;
    const members = this.#members(named).trim().replace(/\n\s*/g, " ");
    return `({ ${members} } & ${map})`;
  }

  #scalar({ kind, values, closed, subtypes }: ScalarModel): string[] {
    const { options } = this.#context;
    const promote = options.promoteValues !== false;
    switch (kind) {
      case "string": {
        if (values === undefined) return ["string"];
        const literals = values.map(({ value }) => literal(value));
        return closed ? literals : [...literals, "(string & {})"];
      }
      case "symbol":
        return promote ? ["string"] : [this.#use("BSONSymbol")];
      case "int":
        if (values !== undefined && closed) return values.map(({ value }) => String(value));
        return promote ? ["number"] : [this.#use("Int32")];
      case "double":
        return promote ? ["number"] : [this.#use("Double")];
      case "long":
        if (options.useBigInt64 === true) return ["bigint"];
        if (!promote || options.promoteLongs === false) return [this.#use("Long")];
        return ["number", this.#use("Long")];
      case "boolean":
        return ["boolean"];
      case "date":
        return ["Date"];
      case "regex":
        return options.bsonRegExp === true ? [this.#use("BSONRegExp")] : ["RegExp"];
      case "objectId":
        return [this.#use("ObjectId")];
      case "binary":
        return [...subtypes!.keys()].every((subtype) => subtype === 4)
          ? [this.#use("UUID")]
          : [this.#use("Binary")];
      case "decimal":
        return [this.#use("Decimal128")];
      case "timestamp":
        return [this.#use("Timestamp")];
      case "code":
      case "codeWithScope":
        return [this.#use("Code")];
      case "dbPointer":
        return [this.#use("DBRef")];
      case "minKey":
        return [this.#use("MinKey")];
      case "maxKey":
        return [this.#use("MaxKey")];
      default:
        return kind satisfies never;
    }
  }

  #use(name: string): string {
    this.#imports.add(name);
    return name;
  }
}
