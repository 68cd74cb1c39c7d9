import { UsageError } from "../../core/mod.ts";
import type {
  FieldModel,
  MapModel,
  NamedModel,
  ObjectModel,
  SchemaModel,
  TypeModel,
  ValueModel,
} from "../model.ts";
import { hasUnknown, referredNames } from "../_walk.ts";
import { flatJson, type Json, type JsonObject, layoutJson } from "./_json_schema_layout.ts";
import { formSchema, type JsonForm, jsonScalar, type Schema } from "./_json_schema_scalar.ts";
import { fieldNotes, headerLines, keyNotes } from "./_share.ts";
import type { GenerateContext } from "./generator.ts";

const NULL: Schema = { type: "null" };

/** Writes the JSON Schema of models. */
export class JsonSchemaWriter {
  readonly #models: readonly SchemaModel[];
  readonly #context: GenerateContext;
  readonly #canonical: boolean;
  readonly #closed: boolean;
  readonly #enforceFormats: boolean;
  readonly #definitions = new Map<string, Json>();
  readonly #forms = new Set<JsonForm>();
  /** Maps that something refers to, so that they have to have a name. */
  readonly #referred: ReadonlySet<string>;

  /** Creates a writer; options are checked. */
  constructor(models: readonly SchemaModel[], context: GenerateContext) {
    const { ejson = "relaxed", closed, enforceFormats } = context.options;
    if (ejson !== "relaxed" && ejson !== "canonical") {
      throw new UsageError(`Cannot use Extended JSON "${ejson}": there is no such form`, {
        hint: "use relaxed or canonical",
      });
    }
    this.#models = models;
    this.#context = context;
    this.#canonical = ejson === "canonical";
    this.#closed = closed === true;
    this.#enforceFormats = enforceFormats === true;
    this.#referred = referredNames(models);
  }

  /** The text of the file. */
  text(): string {
    const roots = this.#models.map(({ root }) => this.#declare(root));
    for (const form of [...this.#forms].sort()) {
      this.#definitions.set(formName(form), formSchema(form, this.#canonical));
    }
    const [root] = roots;
    const document: Json = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $comment: [
        ...headerLines(this.#models, this.#context),
        `For documents as ${this.#canonical ? "canonical" : "relaxed"} Extended JSON v2.`,
      ].join(" "),
      ...(roots.length === 1 ? { title: this.#models[0]!.root.name, ...root } : { anyOf: roots }),
      $defs: this.#definitions,
    };
    return `${layoutJson(document)}\n`;
  }

  /** Declares a type before those below it, and refers to it. */
  #declare(type: NamedModel): Schema {
    const { name } = type;
    if (!this.#definitions.has(name)) {
      this.#definitions.set(name, true);
      this.#definitions.set(name, this.#named(type));
    }
    return reference(name);
  }

  #named(type: NamedModel): Schema {
    switch (type.type) {
      case "object":
        return {
          ...(type.open ? { description: "More fields than are listed: too many to keep." } : {}),
          ...this.#object(type.fields, this.#closed && !type.open ? false : undefined),
          ...(this.#isTold(type) ? {} : { propertyNames: { pattern: "^(?:[^$]|$)" } }),
        };
      case "map":
        return this.#map(type);
      case "variants":
        return {
          description: `Told apart by ${JSON.stringify(type.tag)}.`,
          anyOf: type.variants.map(({ object }) => this.#declare(object)),
        };
      default:
        return type satisfies never;
    }
  }

  /**
   * Whether it is said well enough that a form of Extended JSON, such as `{"$oid": …}`, is no such
   * object: by a field that has to be there, or as no other fields are allowed.
   */
  #isTold({ fields, open }: ObjectModel): boolean {
    return open || this.#closed ||
      fields.some(({ key, optional }) => !optional || key.startsWith("$"));
  }

  #object(fields: readonly FieldModel[], others: Json | undefined): Schema {
    const properties = new Map<string, JsonObject>();
    const patterns = new Map<string, JsonObject>();
    const required: string[] = [];
    // Keys that are not UTF-8 may read the same.
    for (const [key, alike] of Map.groupBy(fields, ({ key }) => key)) {
      const optional = alike.length > 1 || alike[0]!.optional;
      const schema = described(
        anyOf(alike.map(({ value }) => this.#value(value))),
        alike.flatMap((one) => this.#notes(one)),
      );
      // Validators in JavaScript pass over a property __proto__, and find others that are inherited;
      // what a pattern matches is really there.
      if (key === "__proto__" || (optional && key in {})) patterns.set(`^${key}$`, schema);
      else properties.set(key, schema);
      if (!optional && key !== "__proto__") required.push(key);
    }
    return {
      type: "object",
      ...(properties.size === 0 ? {} : { properties }),
      ...(patterns.size === 0 ? {} : { patternProperties: patterns }),
      ...(required.length === 0 ? {} : { required }),
      ...(others === undefined ? {} : { additionalProperties: others }),
    };
  }

  #notes(field: FieldModel): string[] {
    const notes = [...fieldNotes(field), ...keyNotes(field.value)];
    if (field.key === "__proto__" && !field.optional) notes.push("Required, but not checked.");
    return notes;
  }

  #map({ value, named }: MapModel): Schema {
    return this.#object(named, this.#value(value));
  }

  #value(value: ValueModel): Schema {
    const options: Schema[] = [];
    for (const type of value.types) options.push(...this.#type(type));
    // They lie too deep to be known.
    if (hasUnknown(value)) options.push({ type: "object" }, { type: "array" });
    if (value.undefineds > 0) options.push(this.#use("Undefined"));
    if (value.nulls > 0) options.push(NULL);
    return anyOf(options);
  }

  #type(type: TypeModel): Schema[] {
    switch (type.type) {
      case "scalar":
        return jsonScalar(type, {
          canonical: this.#canonical,
          enforceFormats: this.#enforceFormats,
          use: (form) => this.#use(form),
        });
      case "object":
      case "variants":
        return [this.#declare(type)];
      case "map":
        if (this.#referred.has(type.name) || type.named.length > 0) return [this.#declare(type)];
        return [this.#map(type)];
      case "ref":
        return [reference(type.name)];
      case "array":
        if (type.element === null) return [{ type: "array" }];
        return [{ type: "array", items: this.#value(type.element) }];
      case "tuple":
        return [{
          type: "array",
          prefixItems: type.elements.map((element) => this.#value(element)),
          items: false,
          minItems: type.elements.length,
        }];
      default:
        return type satisfies never;
    }
  }

  #use(form: JsonForm): Schema {
    this.#forms.add(form);
    return reference(formName(form));
  }
}

/** Names with a dot, which no type has. */
function formName(form: JsonForm): string {
  return `bson.${form}`;
}

function reference(name: string): Schema {
  const pointer = name.replaceAll("~", "~0").replaceAll("/", "~1");
  return { $ref: `#/$defs/${encodeURIComponent(pointer)}` };
}

function described(schema: Schema, notes: readonly string[]): Schema {
  return notes.length === 0 ? schema : { description: notes.join(" "), ...schema };
}

/** One of some schemas; anything if there is none. */
function anyOf(options: readonly Schema[]): Schema {
  const distinct = new Map(options.map((option) => [flatJson(option), option]));
  if (distinct.has(flatJson({ type: "number" }))) distinct.delete(flatJson({ type: "integer" }));
  const nullable = distinct.delete(flatJson(NULL));
  const list = [...distinct.values()];
  const [only] = list;
  if (only === undefined) return nullable ? NULL : {};
  if (!nullable) return list.length === 1 ? only : { anyOf: list };
  if (list.length === 1 && typeof only.type === "string") {
    return { ...only, type: [only.type, "null"] };
  }
  return { anyOf: [...list, NULL] };
}
