import { formatNamespace, UsageError } from "../../core/mod.ts";
import type { FieldModel, NamedModel, SchemaModel, TypeModel, ValueModel } from "../model.ts";
import { hasUnknown, namedTypes } from "../_walk.ts";
import { type Json, type JsonObject, layoutJson } from "./_json_schema_layout.ts";
import {
  ANY,
  anyOf,
  bsonTypes,
  isFindable,
  joined,
  MAX_NESTING,
  MAX_TEXT,
  MAX_UNROLLED,
  type Part,
  partOf,
  propertyPattern,
  type Rules,
} from "./_mongodb_validator_schema.ts";
import { fieldNotes, headerLines, keyNotes, typeNotes } from "./_share.ts";
import type { GenerateContext } from "./generator.ts";

/** How deep recursion is followed where the model does not say how deep documents are. */
const SOME_LEVELS = 6;

/** Where a schema stands. */
interface Place {
  /** Objects and arrays of documents that are around it. */
  readonly level: number;
  /** Objects and arrays of the schema's own text that are around it. */
  readonly nesting: number;
}

/** Writes the validators of models. */
export class MongoValidatorWriter {
  readonly #models: readonly SchemaModel[];
  readonly #context: GenerateContext;
  readonly #rules: Rules;
  readonly #closed: boolean;
  readonly #collMod: boolean;
  #byName: ReadonlyMap<string, NamedModel> = new Map();
  /** The level from which on recursion is not followed. */
  #deepest = 0;
  #schemas = 0;
  #limit = Infinity;

  /** Creates a writer. */
  constructor(models: readonly SchemaModel[], context: GenerateContext) {
    const { closed, enforceFormats, strictNumbers, collMod } = context.options;
    this.#models = models;
    this.#context = context;
    this.#closed = closed === true;
    this.#collMod = collMod === true;
    this.#rules = {
      enforceFormats: enforceFormats === true,
      strictNumbers: strictNumbers === true,
    };
  }

  /** The text of the file. */
  text(): string {
    const [only] = this.#models;
    if (this.#models.length === 1) return `${layoutJson(this.#one(only!))}\n`;
    if (this.#collMod) return `${layoutJson(this.#models.map((model) => this.#one(model)))}\n`;
    const databases = new Set(this.#models.map(({ namespace }) => namespace.db));
    const named = this.#models.map((model): [string, Json] => {
      const { namespace } = model;
      const name = databases.size > 1 ? formatNamespace(namespace) : namespace.collection;
      return [name, this.#one(model)];
    });
    return `${layoutJson(new Map(named))}\n`;
  }

  /** A collection's validator, or its command. */
  #one(model: SchemaModel): JsonObject {
    const validator = { $jsonSchema: this.#document(model) };
    const size = new TextEncoder().encode(JSON.stringify(validator.$jsonSchema, asJson)).length;
    if (size > MAX_TEXT) {
      throw new UsageError(
        `Cannot write a validator of "${
          formatNamespace(model.namespace)
        }": it has ${size} bytes, ` +
          `and MongoDB takes ${MAX_TEXT} at most`,
        { hint: "leave fields out, or make maps of them, by overrides" },
      );
    }
    if (!this.#collMod) return validator;
    return {
      collMod: model.namespace.collection,
      validator,
      validationLevel: "moderate",
      validationAction: "warn",
    };
  }

  #document(model: SchemaModel): JsonObject {
    const { root, depth } = model;
    this.#byName = namedTypes(root);
    const part = this.#unrolled(root, depth ?? SOME_LEVELS);
    const description = [
      ...headerLines([model], this.#context),
      ...typeNotes(root),
    ].join(" ");
    const schema = partSchema(part);
    return new Map<string, Json>([
      ["title", root.name],
      ["description", description],
      ...[...schema.entries()].filter(([key]) => key !== "description"),
    ]);
  }

  /** The schema of a document, with recursion followed as deep as it may be without being too much. */
  #unrolled(root: NamedModel, depth: number): Part {
    const write = (deepest: number): Part => {
      this.#deepest = deepest;
      this.#schemas = 0;
      return this.#named(root, { level: 1, nesting: 2 }, true);
    };
    this.#limit = Infinity;
    let part = write(0);
    this.#limit = this.#schemas + MAX_UNROLLED;
    // Recursion that branches grows without end: the greatest depth below the limit is searched for.
    for (let from = 1, to = depth; from <= to;) {
      const middle = (from + to + 1) >> 1;
      const tried = write(middle);
      if (this.#schemas > this.#limit) to = middle - 1;
      else {
        part = tried;
        from = middle + 1;
      }
    }
    return part;
  }

  #named(type: NamedModel, place: Place, isDocument = false): Part {
    this.#schemas++;
    switch (type.type) {
      case "object":
        return {
          types: ["object"],
          rules: this.#object(
            type.fields,
            this.#closed && !type.open ? false : undefined,
            place,
            isDocument,
          ),
          notes: isDocument ? [] : typeNotes(type),
        };
      case "map":
        return {
          types: ["object"],
          rules: this.#object(
            type.named,
            this.#value(type.value, below(place, 1)),
            place,
            isDocument,
          ),
        };
      case "variants":
        return {
          types: ["object"],
          rules: new Map([[
            "anyOf",
            type.variants.map(({ object }) =>
              partSchema(this.#named(object, { ...place, nesting: place.nesting + 2 }, isDocument))
            ),
          ]]),
          notes: [`Told apart by ${JSON.stringify(type.tag)}.`],
        };
      default:
        return type satisfies never;
    }
  }

  #object(
    fields: readonly FieldModel[],
    others: Json | undefined,
    place: Place,
    isDocument: boolean,
  ): ReadonlyMap<string, Json> {
    const properties = new Map<string, Json>();
    const patterns = new Map<string, Json>();
    const required = new Set<string>();
    // Keys that are not UTF-8 may read the same.
    for (const [key, alike] of Map.groupBy(fields, ({ key }) => key)) {
      const [field] = alike as [FieldModel];
      const notes = alike.flatMap((one) => this.#notes(one));
      const schema = described(
        anyOf(alike.map(({ value }) => this.#value(value, below(place, 2)))),
        notes,
      );
      const pattern = propertyPattern(key);
      if (pattern !== undefined) patterns.set(pattern, schema);
      else properties.set(key, schema);
      if (alike.length === 1 && !field.optional && isFindable(key)) required.add(key);
    }
    // The server puts an `_id` into each document that has none.
    if (isDocument && others !== undefined && !properties.has("_id")) properties.set("_id", ANY);
    const rules = new Map<string, Json>();
    if (required.size > 0) rules.set("required", [...required]);
    if (properties.size > 0) rules.set("properties", properties);
    if (patterns.size > 0) rules.set("patternProperties", patterns);
    if (others !== undefined) rules.set("additionalProperties", others);
    return rules;
  }

  #notes(field: FieldModel): string[] {
    const notes = [...fieldNotes(field), ...keyNotes(field.value)];
    if (!field.optional && !isFindable(field.key)) {
      notes.push("Required, but not checked.");
    }
    return notes;
  }

  /** What stands at a path. */
  #value(value: ValueModel, place: Place): JsonObject {
    const parts: Part[] = [];
    for (const type of value.types) parts.push(...this.#type(type, place));
    // They lie too deep to be known.
    if (hasUnknown(value)) parts.push({ types: ["object"] }, { types: ["array"] });
    if (value.undefineds > 0) parts.push({ types: ["undefined"] });
    if (value.nulls > 0) parts.push({ types: ["null"] });
    return joined(parts);
  }

  #type(type: TypeModel, place: Place): Part[] {
    this.#schemas++;
    // A type takes four levels at most until the next one.
    const ends = place.nesting + 4 > MAX_NESTING;
    switch (type.type) {
      case "scalar":
        return [partOf(type, this.#rules)];
      case "object":
      case "variants":
      case "map":
        return ends ? [{ types: ["object"] }] : this.#objects(type, place);
      case "ref": {
        const target = this.#byName.get(type.name);
        const open = ends || place.level > this.#deepest || this.#schemas > this.#limit;
        return open || target === undefined
          ? [{ types: ["object"] }]
          : this.#objects(target, place);
      }
      case "array":
        if (type.element === null || ends) return [{ types: ["array"] }];
        return [{
          types: ["array"],
          rules: new Map([["items", this.#value(type.element, below(place, 1))]]),
        }];
      case "tuple":
        if (ends) return [{ types: ["array"] }];
        return [{
          types: ["array"],
          rules: new Map<string, Json>([
            ["items", type.elements.map((element) => this.#value(element, below(place, 2)))],
            ["additionalItems", false],
            ["minItems", type.elements.length],
          ]),
        }];
      default:
        return type satisfies never;
    }
  }

  /** Objects as parts of a union. */
  #objects(type: NamedModel, place: Place): Part[] {
    const inner = { ...place, nesting: place.nesting + 2 };
    return type.type === "variants"
      ? type.variants.map(({ object }) => this.#named(object, inner))
      : [this.#named(type, inner)];
  }
}

function below({ level, nesting }: Place, by: number): Place {
  return { level: level + 1, nesting: nesting + by };
}

function partSchema({ types, rules = new Map(), notes = [] }: Part): ReadonlyMap<string, Json> {
  return new Map<string, Json>([
    ...(notes.length === 0 ? [] : [["description", notes.join(" ")] as const]),
    ["bsonType", bsonTypes(types)],
    ...rules,
  ]);
}

function described(schema: JsonObject, notes: readonly string[]): JsonObject {
  if (notes.length === 0) return schema;
  const entries = schema instanceof Map ? [...schema] : Object.entries(schema);
  const own = entries.find(([key]) => key === "description");
  const description = own === undefined ? notes.join(" ") : `${notes.join(" ")} ${own[1]}`;
  return new Map<string, Json>([
    ["description", description],
    ...entries.filter(([key]) => key !== "description"),
  ]);
}

function asJson(_key: string, value: unknown): unknown {
  // Only the length counts: which keys there are does not matter to it.
  return value instanceof Map ? [...value] : value;
}
