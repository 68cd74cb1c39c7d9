import { typeName } from "../../../../src/schema/infer/name.ts";
import type {
  FieldModel,
  ObjectModel,
  SchemaModel,
  TypeModel,
  ValueModel,
} from "../../../../src/schema/mod.ts";

/** A value of some types, of which none is null. */
export function value(types: readonly TypeModel[], nulls = 0, total = 10): ValueModel {
  return { types, nulls, undefineds: 0, total, outliers: [] };
}

/** A field that is in each of ten objects. */
export function field(key: string, types: readonly TypeModel[], nulls = 0): FieldModel {
  return { key, value: value(types, nulls), optional: false, count: 10, of: 10 };
}

/** A field that is in half of them. */
export function optional(key: string, types: readonly TypeModel[], nulls = 0): FieldModel {
  return { key, value: value(types, nulls, 5), optional: true, count: 5, of: 10 };
}

/** Text, an int, and an id. */
export const TEXT: TypeModel = { type: "scalar", kind: "string", count: 10 };
/** A 32-bit integer. */
export const INT: TypeModel = { type: "scalar", kind: "int", count: 10 };
/** An id. */
export const ID: TypeModel = { type: "scalar", kind: "objectId", count: 10 };

const object = (name: string, fields: readonly FieldModel[]): ObjectModel => ({
  type: "object",
  name,
  path: name.toLowerCase(),
  count: 10,
  open: false,
  fields,
});

const tagged = (tag: string, fields: readonly FieldModel[]) => ({
  value: tag,
  object: object(`Sum${typeName(tag)}`, [
    field("op", [{
      type: "scalar",
      kind: "string",
      count: 10,
      closed: true,
      values: [{ value: tag, count: 10 }],
    }]),
    ...fields,
  ]),
});

const map = (
  name: string,
  types: readonly TypeModel[],
  named: readonly FieldModel[] = [],
): TypeModel => ({
  type: "map",
  name,
  path: name.toLowerCase(),
  count: 10,
  keys: "hex24",
  named,
  value: value(types),
});

const ref = (name: string): TypeModel => ({ type: "ref", name, count: 10 });

/** A model whose types need one another: through unions, maps, and maps of maps. */
export const RECURSIVE: SchemaModel = {
  namespace: { db: "shop", collection: "plans" },
  documents: 10,
  root: object("Plan", [
    optional("sum", [{
      type: "variants",
      name: "Sum",
      path: "sum",
      count: 10,
      tag: "op",
      variants: [
        tagged("add", [
          field("args", [{
            type: "array",
            count: 10,
            element: value([ref("Sum")], 1),
            minLength: 0,
            maxLength: 2,
          }]),
        ]),
        tagged('n"m', [field("value", [INT, ref("Plan")])]),
      ],
    }]),
    optional("tree", [map("Tree", [INT, ref("Tree")])]),
    optional("forest", [map("Forest", [ref("Forest"), ref("Node")], [field("n", [INT])])]),
    optional("node", [
      object("Node", [
        field("kids", [map("Kids", [ref("Node")])]),
        optional("up", [ref("Plan"), ref("Kids")], 1),
      ]),
    ]),
  ]),
};

/** Documents that it takes. */
export const PLANS: readonly Record<string, unknown>[] = [
  {
    sum: {
      op: "add",
      args: [
        { op: 'n"m', value: 1 },
        { op: "add", args: [null] },
        { op: 'n"m', value: { tree: { a: 1 } } },
      ],
    },
  },
  {
    tree: { a: { b: 1, c: { d: 1 } } },
    forest: { n: 1, x: { n: 2 }, y: { kids: {} } },
    node: { kids: { a: { kids: {} } }, up: { tree: {} } },
  },
  { node: { kids: {}, up: { a: { kids: {} } } } },
  {},
];

/** Documents that it refuses. */
export const NO_PLANS: readonly Record<string, unknown>[] = [
  { sum: { op: "add", args: [{ op: "mul" }] } },
  { sum: { op: 'n"m', value: { tree: 1 } } },
  { tree: { a: "one" } },
  { forest: { n: "1" } },
  { node: { kids: { a: 1 } } },
];

/** A small model with everything that is written differently. */
export const MODEL: SchemaModel = {
  namespace: { db: "shop", collection: "orders" },
  documents: 10,
  root: {
    type: "object",
    name: "Order",
    path: "",
    count: 10,
    open: false,
    fields: [
      field("_id", [ID]),
      field("name", [TEXT], 2),
      optional("note", [TEXT]),
      optional("closed", [{ type: "scalar", kind: "date", count: 3 }], 2),
      field("address", [{
        type: "object",
        name: "OrderAddress",
        path: "address",
        count: 10,
        open: false,
        fields: [
          field("street name", [TEXT]),
          field("class", [INT]),
          optional("in", [{ type: "ref", name: "OrderAddress", count: 5 }]),
        ],
      }]),
      field("payment", [{
        type: "variants",
        name: "OrderPayment",
        path: "payment",
        count: 10,
        tag: "kind",
        variants: ["card", "bank"].map((tag) => ({
          value: tag,
          object: {
            type: "object",
            name: `OrderPayment${tag === "card" ? "Card" : "Bank"}`,
            path: "payment",
            count: 5,
            open: false,
            fields: [
              field("kind", [{
                type: "scalar",
                kind: "string",
                count: 10,
                closed: true,
                values: [{ value: tag, count: 10 }],
              }]),
              tag === "card" ? field("last4", [TEXT]) : field("iban", [TEXT]),
            ],
          },
        })),
      }]),
      field("stock", [{
        type: "map",
        name: "OrderStock",
        path: "stock",
        count: 10,
        keys: "date",
        value: value([INT]),
        named: [],
      }]),
      field("at", [{
        type: "tuple",
        count: 10,
        elements: [value([{ type: "scalar", kind: "double", count: 10 }]), value([INT])],
      }]),
      field("status", [{
        type: "scalar",
        kind: "string",
        count: 10,
        values: [{ value: "new", count: 6 }, { value: 'so "old"', count: 4 }],
      }]),
    ],
  },
};
