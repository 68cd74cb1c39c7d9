import { Decimal128, Long, ObjectId } from "bson";
import { type DocumentSet, encode } from "./_python.ts";

/** An order as it is written by hand, without what is optional. */
export const ORDER: Readonly<Record<string, unknown>> = {
  _id: new ObjectId(),
  number: 1,
  total: 9.5,
  placedAt: new Date(0),
  status: "new",
  customer: { name: "Ada", class: 1 },
  items: [{ sku: "a", price: Decimal128.fromString("1.50"), count: Long.fromNumber(1) }],
  stock: { "2024-01-01": 1 },
  payment: { kind: "card", last4: "4242" },
  paid: true,
  deletedAt: null,
  where: { type: "Point", coordinates: [1.5, 2.5] },
};

function orders(): Uint8Array[] {
  const documents: Record<string, unknown>[] = [];
  for (let i = 0; i < 120; i++) {
    const day = (n: number) => `2024-01-${String(1 + n % 28).padStart(2, "0")}`;
    documents.push({
      ...ORDER,
      _id: new ObjectId(`${"0".repeat(20)}${String(1000 + i)}`),
      number: i,
      status: ["new", "paid", "sent"][i % 3],
      ...(i % 2 ? { note: `note ${i}` } : {}),
      ...(i % 4 ? { "gift card": i % 3 ? null : { code: "x" } } : {}),
      stock: { [day(i)]: i, [day(i * 5 + 1)]: 2 },
      payment: i % 2 ? { kind: "card", last4: "4242" } : { kind: "bank", iban: `DE${i}` },
      deletedAt: i % 3 ? null : new Date(i * 1000),
    });
  }
  return encode(...documents);
}

/** Documents of an ordinary collection: one of each thing that people have. */
export const ORDERS: DocumentSet = { name: "orders", documents: orders() };

/** Changes that a type of orders refuses, and what it takes nevertheless. */
export const CHANGES: readonly {
  readonly name: string;
  readonly refused: boolean;
  readonly change: Readonly<Record<string, unknown>>;
  readonly without?: string;
}[] = [
  { name: "as it is", refused: false, change: {} },
  { name: "with what is optional", refused: false, change: { note: "x", "gift card": null } },
  { name: "a field that is not there", refused: true, change: {}, without: "total" },
  { name: "a date as text", refused: true, change: { placedAt: "2024-01-01T00:00:00Z" } },
  { name: "an id as text", refused: true, change: { _id: "000000000000000000001000" } },
  { name: "a number as text", refused: true, change: { number: "1" } },
  { name: "a boolean as a number", refused: true, change: { paid: 1 } },
  { name: "a number as a boolean", refused: true, change: { number: true } },
  { name: "a fraction where there are integers", refused: true, change: { number: 1.5 } },
  { name: "an integer where there are fractions", refused: false, change: { total: 9 } },
  { name: "a text as a number", refused: true, change: { status: 5 } },
  { name: "another value of an open enum", refused: false, change: { status: "lost" } },
  { name: "null that was never there", refused: true, change: { paid: null } },
  { name: "null where it may be missing", refused: true, change: { note: null } },
  { name: "null where there is null", refused: false, change: { deletedAt: null } },
  { name: "a field below", refused: true, change: { customer: { name: 5, class: 1 } } },
  { name: "a field below that is not there", refused: true, change: { customer: { name: "x" } } },
  { name: "an object as a list", refused: true, change: { customer: [] } },
  { name: "a list as an object", refused: true, change: { items: {} } },
  { name: "an element", refused: true, change: { items: [{ sku: "a", price: 1.5 }] } },
  { name: "a list of texts", refused: true, change: { items: ["a"] } },
  { name: "a value of a map", refused: true, change: { stock: { "2025-05-05": "many" } } },
  { name: "another key of a map", refused: false, change: { stock: { "2025-05-05": 5 } } },
  { name: "a tag nobody has", refused: true, change: { payment: { kind: "cash" } } },
  {
    name: "a tag with another's fields",
    refused: true,
    change: { payment: { kind: "bank", last4: "1" } },
  },
  {
    name: "a place that is text",
    refused: true,
    change: { where: { type: "Point", coordinates: "1,2" } },
  },
];

/** An order with a change. */
export function changed({ change, without }: typeof CHANGES[number]): Uint8Array {
  const order: Record<string, unknown> = { ...ORDER, ...change };
  if (without !== undefined) delete order[without];
  return encode(order)[0]!;
}
