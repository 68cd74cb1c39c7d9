import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from "bson";

/**
 * A decoded value as a TypeScript expression that makes it; the classes of BSON are members of `m`.
 *
 * @param value What the driver or `JSON.parse` gave.
 */
export function literalOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return text(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    case "boolean":
    case "undefined":
      return String(value);
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(literalOf).join(", ")}]`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof RegExp) return `new RegExp(${text(value.source)}, ${text(value.flags)})`;
  if (value instanceof ObjectId) return `new m.ObjectId("${value.toHexString()}")`;
  if (value instanceof UUID) return `new m.UUID("${value.toHexString()}")`;
  if (value instanceof Binary) {
    return `new m.Binary(Uint8Array.of(${value.value().join(", ")}), ${value.sub_type})`;
  }
  if (value instanceof Timestamp) return `new m.Timestamp({ t: ${value.t}, i: ${value.i} })`;
  if (value instanceof Long) return `m.Long.fromString("${value}")`;
  if (value instanceof Decimal128) return `m.Decimal128.fromString("${value}")`;
  if (value instanceof Int32) return `new m.Int32(${value.value})`;
  if (value instanceof Double) return `new m.Double(${literalOf(value.value)})`;
  if (value instanceof MinKey) return "new m.MinKey()";
  if (value instanceof MaxKey) return "new m.MaxKey()";
  if (value instanceof BSONSymbol) return `new m.BSONSymbol(${text(value.value)})`;
  if (value instanceof BSONRegExp) {
    return `new m.BSONRegExp(${text(value.pattern)}, ${text(value.options)})`;
  }
  if (value instanceof Code) {
    const scope = value.scope === null ? "" : `, ${literalOf(value.scope)}`;
    return `new m.Code(${text(value.code)}${scope})`;
  }
  if (value instanceof DBRef) {
    return `new m.DBRef(${text(value.collection)}, new m.ObjectId("${value.oid}"))`;
  }
  const members = Object.entries(value as object).map(([key, inner]) =>
    // Without brackets it would be the prototype.
    `${key === "__proto__" ? '["__proto__"]' : text(key)}: ${literalOf(inner)}`
  );
  return `{ ${members.join(", ")} }`;
}

function text(value: string): string {
  return JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}
