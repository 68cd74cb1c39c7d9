import { type ArrayNode, KIND, KINDS, type ObjectNode, type ValueNode } from "../../profile/mod.ts";
import { geoType } from "./_geo.ts";
import { below, elementPlace, type Place, ROOT } from "./_place.ts";
import { keyText, type Reference } from "./_recursion.ts";
import { isOptional, presenceClass, type Shapes } from "./_shape.ts";
import { isTuple } from "./_tuple.ts";

/** What two objects have to have in common to be one type. */
export interface Signature {
  /** Keys and kinds, down to the leaves. */
  readonly kinds: number;
  /** Those, and what may be missing or null. */
  readonly exact: number;
}

/** Numbers the structures of objects: the same number for the same structure. */
export class Signatures {
  readonly #numbers = new Map<string, number>();
  readonly #known = new Map<ObjectNode, Signature>();
  readonly #shapes: Shapes;
  readonly #references: ReadonlyMap<ValueNode, Reference>;
  readonly #alone: ReadonlySet<ObjectNode>;
  readonly #minShare: number;
  #unique = 0;

  /**
   * Prepares.
   *
   * @param shapes What the objects are.
   * @param references Where a structure is recursive: such ones are like no other.
   * @param alone Objects that are to be like no other.
   * @param minShare Kinds rarer than this do not count.
   */
  constructor(
    shapes: Shapes,
    references: ReadonlyMap<ValueNode, Reference>,
    alone: ReadonlySet<ObjectNode>,
    minShare: number,
  ) {
    this.#shapes = shapes;
    this.#references = references;
    this.#alone = alone;
    this.#minShare = minShare;
  }

  /** The structure of objects. */
  of(node: ObjectNode): Signature {
    let signature = this.#known.get(node);
    if (signature === undefined) {
      const alone = this.#alone.has(node) || node.folded !== null;
      const [kinds, exact] = alone ? [this.#new(), this.#new()] : this.#object(node);
      signature = { kinds: this.#number(kinds), exact: this.#number(exact) };
      this.#known.set(node, signature);
    }
    return signature;
  }

  #new(): string {
    return `alone ${this.#unique++}`;
  }

  #number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  #object(node: ObjectNode): [kinds: string, exact: string] {
    const shape = this.#shapes.of(node);
    const head = shape.as === "map" ? `map ${shape.keys}` : `${shape.as} ${geoType(node) ?? ""}`;
    const members: [string, string, string][] = [];
    for (const { field, value, place } of below(node, shape, ROOT)) {
      const key = field === null ? "*" : JSON.stringify(place.key);
      const [kinds, exact] = this.#value(value, place);
      const mark = field !== null && isOptional(node, field) ? "?" : "";
      let rows = "";
      if (shape.as === "variants" && field !== null) {
        rows = shape.rows.map(({ entry, total, presence }) =>
          `${entry.bytes.join(".")} ${presenceClass(total, presence(field))}`
        ).sort().join(",");
      }
      members.push([key, `${rows}${kinds}`, `${rows}${mark}${exact}`]);
    }
    members.sort(([a], [b]) => a < b ? -1 : 1);
    const tag = shape.as === "variants" ? ` ${JSON.stringify(keyText(shape.field))}` : "";
    return [
      `${head}${tag}{${members.map(([key, kinds]) => `${key}:${kinds}`).join(";")}}`,
      `${head}${tag}{${members.map(([key, , exact]) => `${key}:${exact}`).join(";")}}`,
    ];
  }

  #value(node: ValueNode, place: Place): [kinds: string, exact: string] {
    if (this.#references.has(node)) return [this.#new(), this.#new()];
    const least = this.#minShare * node.total;
    const parts = new Set<string>();
    const exactParts = new Set<string>();
    for (let kind = 0; kind < KINDS; kind++) {
      const count = node.counts[kind]!;
      if (count === 0 || kind === KIND.null || kind === KIND.undefined || count < least) continue;
      const [kinds, exact] = this.#kind(node, kind, place);
      parts.add(kinds);
      exactParts.add(exact);
    }
    const nulls = `${node.counts[KIND.null]! > 0 ? "n" : ""}${
      node.counts[KIND.undefined]! > 0 ? "u" : ""
    }`;
    // A field that is only null is like no field that has values: it has no type to share.
    const kinds = parts.size === 0 ? nulls : [...parts].join("|");
    return [kinds, `${nulls} ${[...exactParts].join("|")}`];
  }

  #kind(node: ValueNode, kind: number, place: Place): [kinds: string, exact: string] {
    switch (kind) {
      case KIND.object: {
        if (node.object === null) return ["deep", "deep"];
        const { kinds, exact } = this.of(node.object);
        return [`#${kinds}`, `#${exact}`];
      }
      case KIND.array:
        return node.array === null ? ["deep[]", "deep[]"] : this.#array(node.array, node, place);
      case KIND.binary: {
        const uuid = [...node.binary!.keys()].every((subtype) => subtype === 4);
        return uuid ? ["uuid", "uuid"] : ["binary", "binary"];
      }
      // The driver sends 1 as an int and 1.5 as a double, whatever the field is meant to be.
      case KIND.int:
      case KIND.double:
        return ["number", "number"];
      default:
        return [String(kind), String(kind)];
    }
  }

  #array(array: ArrayNode, node: ValueNode, place: Place): [kinds: string, exact: string] {
    const count = node.counts[KIND.array]!;
    const [kinds, exact] = this.#value(array.element, elementPlace(place));
    const tuple = isTuple(array, count, place) ? `${array.maxLength} ` : "";
    return [`[${tuple}${kinds}]`, `[${tuple}${exact}]`];
  }
}
