import type { FieldModel, MapModel, ObjectModel, VariantsModel } from "../model.ts";
import type { Generator } from "./generator.ts";
import {
  commentLines,
  type Expression,
  isIdentifier,
  isKeyword,
  layout,
  pythonLiteral,
  subscript,
  unionOf,
} from "./_python.ts";
import { RESERVED } from "./_python_names.ts";
import { pythonNotes } from "./_python_notes.ts";
import { docLine, PythonWriter } from "./_python_writer.ts";

/**
 * Python's `TypedDict`s of documents as PyMongo gives them.
 *
 * PyMongo gives arrays as lists, so a tuple is a list, whose elements may each be what any of its
 * positions holds; a comment says how many there are, and what is where.
 */
export const typeddictGenerator: Generator = {
  kind: "typeddict",
  summary: "Python TypedDict types, as PyMongo decodes documents (Python 3.11 or newer)",
  extension: ".py",
  options: [],
  generate(models, context) {
    return new TypedDictWriter(models, context).text();
  },
};

class TypedDictWriter extends PythonWriter {
  readonly #types: ReadonlySet<string> = this.typeNames();

  protected override objectLines(
    name: string,
    { fields, open }: ObjectModel,
    doc: string,
  ): string[] {
    const base = this.use("typing", "TypedDict");
    const more = open ? ["There are more fields: too many to keep."] : [];
    if (fields.every(({ key }) => isClassKey(key) && !this.#types.has(key))) {
      const lines = [`class ${name}(${base}):`, docLine([doc, ...more].join(" "))];
      if (fields.length > 0) lines.push("");
      for (const field of fields) {
        lines.push(
          ...notes(field, "    "),
          ...layout("    ", `${field.key}: `, this.#field(field)),
        );
      }
      return lines;
    }
    const lines = [...commentLines([doc, ...more].join(" "), "")];
    lines.push(`${name} = ${base}(`, `    ${pythonLiteral(name)},`, "    {");
    const indent = "        ";
    for (const field of fields) {
      const key = pythonLiteral(field.key);
      lines.push(...notes(field, indent), ...layout(indent, `${key}: `, this.#field(field), ","));
    }
    return [...lines, "    },", ")"];
  }

  protected override variantsLines(
    name: string,
    _variants: VariantsModel,
    names: readonly string[],
    doc: string,
  ): string[] {
    const alias = this.use("typing", "TypeAlias");
    return [...commentLines(doc, ""), ...layout("", `${name}: ${alias} = `, unionOf(names))];
  }

  protected override namedMap(map: MapModel): Expression {
    // TypedDict has no way to say what stands under other keys.
    const parts = new Map<string, Expression>();
    for (const value of [map.value, ...map.named.map(({ value }) => value)]) {
      const inner = this.innerType(value);
      const each = typeof inner !== "string" && "union" in inner ? inner.union : [inner];
      for (const part of each) parts.set(JSON.stringify(part), part);
    }
    return subscript("dict", "str", unionOf([...parts.values()]));
  }

  protected override tuple(element: Expression): Expression {
    return subscript("list", element);
  }

  #field(field: FieldModel): Expression {
    const type = this.valueType(field.value, true);
    return field.optional ? subscript(this.use("typing", "NotRequired"), type) : type;
  }
}

/**
 * Whether a key can be written as a name in a class: two underscores at its front are changed there,
 * and a key called `list` would hide the type from the keys after it.
 */
function isClassKey(key: string): boolean {
  return isIdentifier(key) && !isKeyword(key) && !key.startsWith("__") && !RESERVED.has(key);
}

function notes(field: FieldModel, indent: string): string[] {
  const found = pythonNotes(field);
  return found.length === 0 ? [] : commentLines(found.join(" "), indent);
}
