import type {
  MapModel,
  NamedModel,
  ObjectModel,
  ScalarModel,
  SchemaModel,
  TypeModel,
  ValueModel,
  VariantsModel,
} from "../model.ts";
import { namedTypes } from "../_walk.ts";
import type { GenerateContext } from "./generator.ts";
import {
  commentLines,
  docstring,
  type Expression,
  flat,
  layout,
  pythonLiteral,
  subscript,
  unionOf,
} from "./_python.ts";
import { pythonTypeName } from "./_python_names.ts";
import { embedded, scalarTypes } from "./_python_scalar.ts";
import { PythonImports } from "./_python_imports.ts";
import { headerLines } from "./_share.ts";

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
  readonly #imports = new PythonImports();
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
      for (const [name, type] of namedTypes(root)) this.#byName.set(name, type);
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
  /** Whether {@linkcode namedMap} writes a class. */
  protected isClass(_map: MapModel): boolean {
    return false;
  }
  /** An array of a known length. */
  protected abstract tuple(element: Expression, length: number): Expression;
  /** Told before the shapes of a union are written. */
  protected beforeVariants(_variants: VariantsModel): void {}
  /** A string that may be any, or any of a format. */
  protected stringType(_string: ScalarModel): Expression {
    return "str";
  }
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
    // A comment in the first two lines could be read as the name of an encoding.
    const dates = this.#imports.has("datetime")
      ? ["Dates are in UTC, without a time zone unless the client is tz_aware."]
      : [];
    const header = [...headerLines(this.#models, this.#context), ...dates]
      .map((line) => line.replace(/coding(?=[:=])/g, "coding "))
      .flatMap((line) => commentLines(line, ""));
    const blocks = [prelude, ...this.#blocks, epilogue].filter((lines) => lines.length > 0);
    const head = [...header, ...this.#imports.lines()].join("\n");
    // As Black has it: two blank lines around classes, one between imports and anything else.
    const apart = /^(?:class|def) /.test(blocks[0]?.[0] ?? "") ? "\n\n\n" : "\n\n";
    return `${head}${apart}${blocks.map((lines) => lines.join("\n")).join("\n\n\n")}\n`;
  }

  /** Has a name imported, and gives it. */
  protected use(module: string, name: string): string {
    return this.#imports.use(module, name);
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
        return type.kind === "string" && !type.closed
          ? [this.stringType(type)]
          : scalarTypes(type, (module, name) => this.use(module, name));
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
    if (this.isClass(map)) return this.namedMap(map);
    // A map of itself has no end: what is further inside stays unsaid.
    if (this.#openMaps.has(map.name)) return subscript("dict", "str", "object");
    this.#openMaps.add(map.name);
    const whole = map.named.length > 0
      ? this.namedMap(map)
      : subscript("dict", "str", this.innerType(map.value));
    this.#openMaps.delete(map.name);
    return whole;
  }

  /** The document itself is a map: it has a name all the same. */
  #declareMap(map: MapModel, doc: string): void {
    if (this.isClass(map)) {
      this.namedMap(map);
      return;
    }
    this.#named(map.name, (name) => {
      const before = `${name}: ${this.use("typing", "TypeAlias")} = `;
      return [...commentLines(doc, ""), ...layout("", before, this.#map(map))];
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
}

/** What a docstring says of objects at a path. */
export function placeOf(path: string): string {
  return path === "" ? "A document." : `An object at ${path}.`;
}

/** A class's docstring, indented. */
export function docLine(doc: string): string {
  return `    ${docstring(doc)}`;
}
