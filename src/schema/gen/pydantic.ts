import { FORMAT_NAMES, type FormatName } from "../../profile/mod.ts";
import type {
  FieldModel,
  MapModel,
  ObjectModel,
  ScalarModel,
  SchemaModel,
  VariantsModel,
} from "../model.ts";
import type { GenerateContext, Generator } from "./generator.ts";
import { FORMAT_PATTERNS } from "./_format_patterns.ts";
import { attributeNames } from "./_pydantic_names.ts";
import {
  call,
  commentLines,
  type Expression,
  flat,
  layout,
  pythonLiteral,
  subscript,
  unionOf,
} from "./_python.ts";
import { pythonNotes, valueNotes } from "./_python_notes.ts";
import { docLine, placeOf, PythonWriter } from "./_python_writer.ts";

/**
 * Pydantic models of documents as PyMongo gives them.
 *
 * PyMongo gives arrays as lists, so a tuple is a list of its length, whose elements may each be what
 * any of its positions holds; a comment says what is where.
 */
export const pydanticGenerator: Generator = {
  kind: "pydantic",
  summary: "Pydantic models (2.8 or newer), as PyMongo decodes documents",
  extension: ".py",
  options: [
    { name: "closed", flag: "--closed", help: "no other fields are allowed" },
    {
      name: "enforceFormats",
      flag: "--enforce-formats",
      help: "formats of strings are checked, such as uuid and date-time",
    },
  ],
  generate(models, context) {
    return new PydanticWriter(models, context).text();
  },
};

/** Each format's name in Python. */
const FORMATS: Readonly<Record<FormatName, string>> = {
  uuid: "_Uuid",
  dateTime: "_DateTime",
  date: "_Date",
  email: "_Email",
  uri: "_Uri",
  ipv4: "_Ipv4",
  ipv6: "_Ipv6",
  hex24: "_Hex24",
  int: "_Integer",
  base64: "_Base64",
};

/** The class that all others are made from. */
const BASE = "_Document";

class PydanticWriter extends PythonWriter {
  readonly #closed: boolean;
  readonly #types: ReadonlySet<string>;
  readonly #attributes = new Map<ObjectModel, ReadonlyMap<string, string>>();
  readonly #rebuild: string[] = [];
  readonly #enforce: boolean;
  readonly #formats = new Set<FormatName>();
  #maybe = false;
  #quoted = false;

  constructor(models: readonly SchemaModel[], context: GenerateContext) {
    super(models, context);
    this.#closed = context.options.closed === true;
    this.#enforce = context.options.enforceFormats === true;
    this.#types = this.typeNames();
  }

  protected override prelude(): string[] {
    const lines: string[] = [];
    if (this.#maybe) {
      lines.push(
        `T = TypeVar("T")`,
        "",
        "",
        "def _never_null(value: object) -> object:",
        "    if value is None:",
        `        raise ValueError("null, though the field is only ever missing")`,
        "    return value",
        "",
        "",
        "# A field that may be missing, and then is None here; null in its place is refused.",
        "Maybe: TypeAlias = Annotated[T | None, BeforeValidator(_never_null)]",
        "",
        "",
      );
      for (const name of ["Annotated", "TypeAlias", "TypeVar"]) this.use("typing", name);
      this.use("pydantic", "BeforeValidator");
    }
    const formats = FORMAT_NAMES.filter((format) => this.#formats.has(format));
    if (formats.length > 0) {
      const annotated = this.use("typing", "Annotated");
      this.use("pydantic", "Field");
      for (const format of formats) {
        const before = `${FORMATS[format]}: ${this.use("typing", "TypeAlias")} = `;
        const field = call("Field", `pattern=r"${FORMAT_PATTERNS[format]}"`);
        lines.push(...layout("", before, subscript(annotated, "str", field)));
      }
      lines.push("", "");
    }
    this.use("pydantic", "BaseModel");
    lines.push(
      `class ${BASE}(BaseModel):`,
      docLine(
        "As bson.decode gives it; model_dump(by_alias=True, exclude_unset=True) is it again.",
      ),
      "",
      `    model_config = ${this.use("pydantic", "ConfigDict")}(`,
      "        strict=True,",
      `        extra=${this.#closed ? '"forbid"' : '"allow"'},`,
      "        populate_by_name=True,",
      "        arbitrary_types_allowed=True,",
      "        protected_namespaces=(),",
      "    )",
    );
    return lines;
  }

  protected override epilogue(): string[] {
    return this.#rebuild.map((name) => `${name}.model_rebuild()`);
  }

  protected override objectLines(name: string, object: ObjectModel, doc: string): string[] {
    const more = object.open ? " There are more fields: too many to keep." : "";
    const names = this.#attributes.get(object) ?? this.#namesOf(object.fields);
    const { lines, quoted } = this.#members(object.fields, names);
    const open = object.open && this.#closed
      ? [`    model_config = ${this.use("pydantic", "ConfigDict")}(extra="allow")`, ""]
      : [];
    if (quoted) this.#rebuild.push(name);
    return classLines(name, doc + more, [...open, ...lines]);
  }

  protected override beforeVariants({ variants }: VariantsModel): void {
    // The tag has to be the same attribute in all of them.
    const keys = variants.flatMap(({ object }) => object.fields.map(({ key }) => key));
    const names = attributeNames(keys, this.#types);
    for (const { object } of variants) this.#attributes.set(object, names);
  }

  protected override variantsLines(
    name: string,
    { tag, variants }: VariantsModel,
    names: readonly string[],
    doc: string,
  ): string[] {
    const attribute = this.#attributes.get(variants[0]!.object)!.get(tag)!;
    this.use("pydantic", "Field");
    const type = subscript(
      this.use("typing", "Annotated"),
      unionOf(names),
      call("Field", `discriminator=${pythonLiteral(attribute)}`),
    );
    const alias = this.use("typing", "TypeAlias");
    return [...commentLines(doc, ""), ...layout("", `${name}: ${alias} = `, type)];
  }

  protected override namedMap(map: MapModel): Expression {
    return this.declareAs(map.name, () => {
      const { lines, quoted } = this.#members(map.named, this.#namesOf(map.named));
      const extra = subscript("dict", "str", this.valueType(map.value, true));
      const field = call(this.use("pydantic", "Field"), "init=False");
      const notes = valueNotes(map.value);
      if (quoted || flat(extra).includes('"')) this.#rebuild.push(this.nameOf(map.name));
      return classLines(this.nameOf(map.name), `${placeOf(map.path)} Other keys are data.`, [
        ...(this.#closed
          ? [`    model_config = ${this.use("pydantic", "ConfigDict")}(extra="allow")`, ""]
          : []),
        ...lines,
        ...(notes.length === 0 ? [] : commentLines(notes.join(" "), "    ")),
        ...layout("    ", "__pydantic_extra__: ", extra, ` = ${flat(field)}`),
      ]);
    });
  }

  protected override isClass({ named }: MapModel): boolean {
    return named.length > 0;
  }

  protected override stringType({ format }: ScalarModel): Expression {
    if (!this.#enforce || format === undefined) return "str";
    this.#formats.add(format);
    return FORMATS[format];
  }

  protected override tuple(element: Expression, length: number): Expression {
    const field = call(
      this.use("pydantic", "Field"),
      `min_length=${length}`,
      `max_length=${length}`,
    );
    return subscript(this.use("typing", "Annotated"), subscript("list", element), field);
  }

  #namesOf(fields: readonly FieldModel[]): ReadonlyMap<string, string> {
    return attributeNames(fields.map(({ key }) => key), this.#types);
  }

  #members(
    fields: readonly FieldModel[],
    names: ReadonlyMap<string, string>,
  ): { lines: string[]; quoted: boolean } {
    const before = this.#quoted;
    this.#quoted = false;
    const lines = fields.flatMap((field) => this.#field(field, names.get(field.key)!));
    const quoted = this.#quoted;
    this.#quoted = before;
    return { lines, quoted };
  }

  #field(field: FieldModel, name: string): string[] {
    const { key, value, optional } = field;
    const notes = pythonNotes(field);
    const nullable = this.hasNone(value);
    let type = this.valueType(value, true);
    if (typeof type === "string" && type.startsWith('"')) this.#quoted = true;
    if (optional && !nullable && type !== "object") {
      this.#maybe = true;
      type = subscript("Maybe", type);
    }
    const given: string[] = [];
    if (optional) given.push("default=None");
    if (name !== key) given.push(`alias=${pythonLiteral(key)}`);
    const lines = notes.length === 0 ? [] : commentLines(notes.join(" "), "    ");
    if (name === key) {
      return [...lines, ...layout("    ", `${name}: `, type, optional ? " = None" : "")];
    }
    const default_ = call(this.use("pydantic", "Field"), ...given);
    const line = `    ${name}: ${flat(type)} = Field(`;
    return [
      ...lines,
      ...(line.length <= 88
        ? layout("    ", `${name}: ${flat(type)} = `, default_)
        : layout("    ", `${name}: `, type, ` = ${flat(default_)}`)),
    ];
  }
}

function classLines(name: string, doc: string, lines: readonly string[]): string[] {
  return [`class ${name}(${BASE}):`, docLine(doc), ...(lines.length > 0 ? [""] : []), ...lines];
}
