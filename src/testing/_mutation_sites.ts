import { documentLength } from "../core/mod.ts";
import { BSON_TYPE, elements, type KeyedElementSpan } from "../bson/mod.ts";
import type { FieldModel, NamedModel, SchemaModel, TypeModel, ValueModel } from "../schema/mod.ts";
import { namedTypes } from "../schema/_walk.ts";

/** A place in a document that can be made wrong. */
export type MutationSite =
  & {
    /** Path of the schema. */
    readonly path: string;
    /** Offset of its first byte. */
    readonly start: number;
    /** Offset after it. */
    readonly end: number;
    /** Offsets of all documents around it. */
    readonly around: readonly number[];
    /** What may stand at each path on the way to it, the outermost first. */
    readonly above: readonly ValueModel[];
  }
  & (
    | { readonly what: "value"; readonly value: ValueModel; readonly field?: FieldModel }
    /** The end of an object whose fields are all known: where one can be added. */
    | { readonly what: "object" }
  );

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** All places in a document that its schema says something about. */
export function mutationSites({ root }: SchemaModel, document: Uint8Array): MutationSite[] {
  const sites: MutationSite[] = [];
  new Walk(document, namedTypes(root), sites).structure(root, 0, "", [], []);
  return sites;
}

class Walk {
  readonly #document: Uint8Array;
  readonly #byName: ReadonlyMap<string, NamedModel>;
  readonly #sites: MutationSite[];

  constructor(
    document: Uint8Array,
    byName: ReadonlyMap<string, NamedModel>,
    sites: MutationSite[],
  ) {
    this.#document = document;
    this.#byName = byName;
    this.#sites = sites;
  }

  structure(
    type: NamedModel,
    start: number,
    path: string,
    outer: readonly number[],
    above: readonly ValueModel[],
  ): void {
    const around = [...outer, start];
    const spans = [...elements(this.#document, start)];
    const keyed = spans.map((span) => ({ span, key: this.#key(span) }));
    let fields: readonly FieldModel[];
    let others: ValueModel | undefined;
    if (type.type === "variants") {
      const tag = keyed.find(({ key }) => key === type.tag);
      const variant = type.variants.find(({ value }) => value === this.#scalar(tag?.span));
      if (variant === undefined) return;
      fields = variant.object.fields;
    } else if (type.type === "map") {
      fields = type.named;
      others = type.value;
    } else {
      fields = type.fields;
    }
    if (type.type === "variants" || (type.type === "object" && !type.open)) {
      const end = start + documentLength(this.#document, start) - 1;
      this.#sites.push({ what: "object", path, start: end, end, around, above });
    }
    const counts = Map.groupBy(keyed, ({ key }) => key);
    for (const { span, key } of keyed) {
      // A key that stands there twice would still be there when it is dropped once.
      if (counts.get(key)!.length > 1) continue;
      const known = fields.filter((field) => field.key === key);
      if (known.length > 1) continue;
      const [field] = known;
      const below = path === "" ? key : `${path}.${field === undefined ? "*" : key}`;
      if (field !== undefined) this.#value(field.value, span, below, around, above, field);
      else if (others !== undefined) this.#value(others, span, `${path}.*`, around, above);
    }
  }

  #value(
    value: ValueModel,
    span: KeyedElementSpan,
    path: string,
    around: readonly number[],
    above: readonly ValueModel[],
    field?: FieldModel,
  ): void {
    const { start, end, type } = span;
    const about = { path, start, end, around, above, value };
    this.#sites.push({ what: "value", ...about, ...(field === undefined ? {} : { field }) });
    const models = value.types.filter((model) => kindByte(model) === type);
    // Of an object that may be of two types it is not known which.
    if (models.length !== 1) return;
    const model = models[0]!;
    const inner = [...above, value];
    switch (model.type) {
      case "object":
      case "variants":
      case "map":
        this.structure(model, span.valueStart, path, around, inner);
        break;
      case "ref":
        this.structure(this.#byName.get(model.name)!, span.valueStart, path, around, inner);
        break;
      case "array":
      case "tuple": {
        let index = 0;
        for (const one of elements(this.#document, span.valueStart)) {
          const element = model.type === "array" ? model.element : model.elements[index];
          const below = model.type === "array" ? `${path}[]` : `${path}[${index}]`;
          if (element) this.#value(element, one, below, [...around, span.valueStart], inner);
          index++;
        }
        break;
      }
      case "scalar":
        break;
      default:
        void (model satisfies never);
    }
  }

  #key({ keyStart, keyEnd }: KeyedElementSpan): string {
    return decoder.decode(this.#document.subarray(keyStart, keyEnd));
  }

  #scalar(span: KeyedElementSpan | undefined): string | number | undefined {
    if (span === undefined) return undefined;
    const { type, valueStart, end } = span;
    if (type === BSON_TYPE.int) return documentLength(this.#document, valueStart) | 0;
    if (type !== BSON_TYPE.string) return undefined;
    return decoder.decode(this.#document.subarray(valueStart + 4, end - 1));
  }
}

function kindByte(model: TypeModel): number {
  if (model.type === "scalar") return BSON_TYPE[model.kind];
  return model.type === "array" || model.type === "tuple" ? BSON_TYPE.array : BSON_TYPE.object;
}
