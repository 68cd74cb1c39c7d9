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
import type { GenerateContext } from "./generator.ts";
import {
  commentLines,
  docstring,
  type Expression,
  flat,
  pythonLiteral,
  subscript,
  unionOf,
} from "./_python.ts";
import { pythonTypeName } from "./_python_names.ts";
import { isBeyondDatetime } from "./_python_notes.ts";
import { headerLines, walkType } from "./_share.ts";

/** A type that has a name. */
export type NamedModel = ObjectModel | VariantsModel | MapModel;

/** What an embedded document is for PyMongo: a `DBRef`, a `dict`, or now this and now that. */
type Embedded = "reference" | "either" | "document";

/** Kinds whose Python class is a subclass of another's: it comes first in a union. */
const FIRST: ReadonlySet<string> = new Set(["Int64", "Code", "Binary"]);

/**
 * Writes a Python module of types: those that others need first, so that only recursion needs names
 * in quotes.
 */
export abstract class PythonWriter {
  /** The options that were given. */
  protected readonly options: GenerateContext["options"];
  readonly #models: readonly SchemaModel[];
  readonly #context: GenerateContext;
  readonly #imports = new Map<string, Set<string>>();
  readonly #blocks: (readonly string[])[] = [];
  readonly #names = new Map<string, string>();
  readonly #byName = new Map<string, NamedModel>();
  readonly #begun = new Set<string>();
  readonly #ready = new Set<string>();
  readonly #openMaps = new Set<string>();
  #forward = false;

  /** Creates it; nothing is written yet. */
  constructor(models: readonly SchemaModel[], context: GenerateContext) {
    this.#models = models;
    this.#context = context;
    this.options = context.options;
    for (const { root } of models) {
      walkType(root, (type) => {
        if (type.type === "object" || type.type === "variants" || type.type === "map") {
          this.#byName.set(type.name, type);
        }
        if (type.type === "variants") {
          for (const { object } of type.variants) this.#byName.set(object.name, object);
        }
      });
    }
    for (const { root } of models) this.nameOf(root.name);
  }

  /** Lines of a class of objects; `doc` says which. */
  protected abstract objectLines(name: string, object: ObjectModel, doc: string): string[];
  /** Lines of the name of objects of several shapes. */
  protected abstract variantsLines(
    name: string,
    variants: VariantsModel,
    names: readonly string[],
    doc: string,
  ): string[];
  /** A map some of whose keys are names. */
  protected abstract namedMap(map: MapModel): Expression;
  /** An array of a known length. */
  protected abstract tuple(element: Expression, length: number): Expression;
  /** Told before the shapes of a union are written. */
  protected beforeVariants(_variants: VariantsModel): void {}
  /** Lines between the imports and the types, once all types are known. */
  protected prelude(): string[] {
    return [];
  }
  /** Lines after the types. */
  protected epilogue(): string[] {
    return [];
  }

  /** The whole module. */
  text(): string {
    for (const model of this.#models) {
      const { root, namespace } = model;
      const doc = `A document of ${namespace.collection}.`;
      if (root.type === "map") this.#declareMap(root, doc);
      else this.#declare(root, doc);
    }
    const prelude = this.prelude();
    const epilogue = this.epilogue();
    const notes = this.#models.flatMap(({ notes }) => notes);
    // A comment in the first two lines could be read as the name of an encoding.
    const dates = this.#imports.has("datetime")
      ? ["Dates are in UTC, without a time zone unless the client is tz_aware."]
      : [];
    const header = [...headerLines(this.#models, this.#context), ...dates, ...notes]
      .map((line) => line.replace(/coding(?=[:=])/g, "coding "))
      .flatMap((line) => commentLines(line, ""));
    const blocks = [prelude, ...this.#blocks, epilogue].filter((lines) => lines.length > 0);
    const head = [...header, ...this.#importLines()].join("\n");
    // As Black has it: two blank lines around classes, one between imports and anything else.
    const apart = /^(?:class|def) /.test(blocks[0]?.[0] ?? "") ? "\n\n\n" : "\n\n";
    return `${head}${apart}${blocks.map((lines) => lines.join("\n")).join("\n\n\n")}\n`;
  }

  /** Has a name imported, and gives it. */
  protected use(module: string, name: string): string {
    const names = this.#imports.get(module) ?? new Set();
    names.add(name);
    this.#imports.set(module, names);
    return name;
  }

  /** A type's name as Python has it. */
  protected nameOf(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    let found = pythonTypeName(name);
    const taken = new Set(this.#names.values());
    while (taken.has(found)) found += "_";
    this.#names.set(name, found);
    return found;
  }

  /** All types' names as Python has them. */
  protected typeNames(): Set<string> {
    return new Set([...this.#byName.keys()].map((name) => this.nameOf(name)));
  }

  /** The type of a value, without `None`; in quotes if it needs a name that comes later. */
  protected valueType(value: ValueModel, withNone: boolean): Expression {
    const before = this.#forward;
    this.#forward = false;
    const parts = this.#parts(value);
    if (withNone && this.hasNone(value)) parts.push("None");
    const expression = parts.length === 0 ? "object" : unionOf(parts);
    const forward = this.#forward;
    this.#forward = before;
    return forward ? pythonLiteral(flat(expression)) : expression;
  }

  /** Whether null, or undefined, which PyMongo takes for it, was seen. */
  protected hasNone(value: ValueModel): boolean {
    return value.nulls > 0 || value.undefineds > 0;
  }

  /** The type of a value inside of another type. */
  protected innerType(value: ValueModel): Expression {
    const parts = this.#parts(value);
    if (this.hasNone(value)) parts.push("None");
    return parts.length === 0 ? "object" : unionOf(parts);
  }

  /** Has a class written for a map, and gives its name. */
  protected declareAs(name: string, lines: () => string[]): Expression {
    return this.#named(name, lines);
  }

  #parts(value: ValueModel): Expression[] {
    const parts = new Map<string, Expression>();
    for (const type of value.types) {
      for (const part of this.#typeParts(type)) parts.set(flat(part), part);
    }
    const first = [...parts.values()].filter((part) => FIRST.has(flat(part)));
    return [...first, ...[...parts.values()].filter((part) => !FIRST.has(flat(part)))];
  }

  #typeParts(type: TypeModel): Expression[] {
    switch (type.type) {
      case "scalar":
        return this.#scalar(type);
      case "object":
      case "variants":
      case "map":
        return this.#embedded(type);
      case "ref": {
        const target = this.#byName.get(type.name);
        return target === undefined ? ["object"] : this.#embedded(target);
      }
      case "array":
        return [subscript("list", type.element === null ? "object" : this.innerType(type.element))];
      case "tuple": {
        const parts = new Map<string, Expression>();
        for (const element of type.elements) {
          const inner = this.innerType(element);
          const each = typeof inner !== "string" && "union" in inner ? inner.union : [inner];
          for (const part of each) parts.set(flat(part), part);
        }
        return [this.tuple(unionOf([...parts.values()]), type.elements.length)];
      }
      default:
        return type satisfies never;
    }
  }

  #embedded(type: NamedModel): Expression[] {
    const found = embedded(type);
    const parts: Expression[] = found === "document" ? [] : [this.use("bson", "DBRef")];
    if (found !== "reference") {
      parts.push(type.type === "map" ? this.#map(type) : this.#declare(type));
    }
    return parts;
  }

  #map(map: MapModel): Expression {
    if (map.named.length > 0) return this.namedMap(map);
    // A map of itself has no end: what is inside stays unsaid.
    if (this.#openMaps.has(map.name)) return "object";
    this.#openMaps.add(map.name);
    const value = this.innerType(map.value);
    this.#openMaps.delete(map.name);
    return subscript("dict", "str", value);
  }

  #declareMap(map: MapModel, doc: string): void {
    this.#named(map.name, (name) => {
      const value = this.#map(map);
      if (flat(value) === name) return [];
      const line = `${name}: ${this.use("typing", "TypeAlias")} = ${flat(value)}`;
      return [...commentLines(doc, ""), line];
    });
  }

  #declare(type: ObjectModel | VariantsModel, doc = placeOf(type.path)): Expression {
    return this.#named(type.name, (name) => {
      if (type.type === "object") return this.objectLines(name, type, doc);
      this.beforeVariants(type);
      const names = type.variants.map(({ object, value }) =>
        flat(this.#named(object.name, (variant) => {
          const which = `${doc.slice(0, -1)}, with ${type.tag} ${pythonLiteral(value)}.`;
          return this.objectLines(variant, object, which);
        }))
      );
      return this.variantsLines(name, type, names, doc);
    });
  }

  /** Writes a type once, after those that it needs; a name that is still being written is forward. */
  #named(name: string, lines: (name: string) => string[]): Expression {
    const python = this.nameOf(name);
    if (!this.#begun.has(name)) {
      this.#begun.add(name);
      const { "0": forward, "1": maps } = [this.#forward, [...this.#openMaps]];
      this.#forward = false;
      this.#openMaps.clear();
      const block = lines(python);
      if (block.length > 0) this.#blocks.push(block);
      this.#forward = forward;
      for (const map of maps) this.#openMaps.add(map);
      this.#ready.add(name);
    }
    if (!this.#ready.has(name)) this.#forward = true;
    return python;
  }

  #scalar({ kind, values, closed, subtypes, range }: ScalarModel): Expression[] {
    switch (kind) {
      case "string":
      case "symbol":
      case "int":
        if (values !== undefined && closed) {
          const literal = this.use("typing", "Literal");
          return [subscript(literal, ...values.map(({ value }) => pythonLiteral(value)))];
        }
        return [kind === "int" ? "int" : "str"];
      case "long":
        return [this.use("bson", "Int64")];
      case "double":
        return ["float"];
      case "boolean":
        return ["bool"];
      case "date": {
        const date: Expression[] = [this.use("datetime", "datetime")];
        if (range !== undefined && isBeyondDatetime({ range })) {
          date.push(this.use("bson", "DatetimeMS"));
        }
        return date;
      }
      case "binary": {
        const kinds = [...subtypes?.keys() ?? []];
        const types: Expression[] = [];
        if (kinds.some((subtype) => subtype !== 0)) types.push(this.use("bson", "Binary"));
        if (kinds.length === 0 || kinds.includes(0)) types.push("bytes");
        return types;
      }
      case "regex":
        return [subscript(this.use("bson", "Regex"), "str")];
      case "objectId":
        return [this.use("bson", "ObjectId")];
      case "decimal":
        return [this.use("bson", "Decimal128")];
      case "timestamp":
        return [this.use("bson", "Timestamp")];
      case "code":
      case "codeWithScope":
        return [this.use("bson", "Code")];
      case "dbPointer":
        return [this.use("bson", "DBRef")];
      case "minKey":
        return [this.use("bson", "MinKey")];
      case "maxKey":
        return [this.use("bson", "MaxKey")];
      default:
        return kind satisfies never;
    }
  }

  /** The standard library first, then the rest, as isort has it. */
  #importLines(): string[] {
    const modules = [...this.#imports.keys()].sort();
    const isStandard = (name: string) => name === "typing" || name === "datetime";
    const standard = modules.filter(isStandard);
    const others = modules.filter((name) => !isStandard(name));
    const lines: string[] = [];
    for (const group of [standard, others]) {
      if (group.length === 0) continue;
      lines.push("");
      for (const module of group) {
        const names = [...this.#imports.get(module)!].sort(asIsort);
        const line = `from ${module} import ${names.join(", ")}`;
        if (line.length <= 88) lines.push(line);
        else {
          lines.push(`from ${module} import (`, ...names.map((name) => `    ${name},`), ")");
        }
      }
    }
    return lines;
  }
}

/** What an embedded document with these fields is for PyMongo. */
function embedded(type: NamedModel): Embedded {
  if (type.type === "variants") {
    const kinds = new Set(type.variants.map(({ object }) => embedded(object)));
    return kinds.size === 1 ? [...kinds][0]! : "either";
  }
  const fields = type.type === "map" ? type.named : type.fields;
  const find = (key: string): FieldModel | undefined => fields.find((field) => field.key === key);
  const ref = find("$ref");
  const id = find("$id");
  const isString = (value: ValueModel) =>
    value.types.filter((type) => type.type === "scalar" && /^(?:string|symbol)$/.test(type.kind));
  if (ref === undefined || id === undefined || isString(ref.value).length === 0) return "document";
  const db = find("$db")?.value;
  const always = !ref.optional && !id.optional && ref.value.outliers.length === 0 &&
    ref.value.types.length === isString(ref.value).length && ref.value.nulls === 0 &&
    ref.value.undefineds === 0 && (db === undefined || isString(db).length === db.types.length);
  return always ? "reference" : "either";
}

function placeOf(path: string): string {
  return path === "" ? "A document." : `An object at ${path}.`;
}

/** Constants, classes, the rest, each by its letters. */
function asIsort(a: string, b: string): number {
  return a.toLowerCase() < b.toLowerCase() ? -1 : 1;
}

/** A class's docstring, indented. */
export function docLine(doc: string): string {
  return `    ${docstring(doc)}`;
}
