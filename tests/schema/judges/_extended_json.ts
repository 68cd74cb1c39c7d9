import { Decimal128 } from "bson";
import { BSON_TYPE, elements, type ElementSpan } from "../../../src/bson/mod.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A raw document as Extended JSON v2, by its specification. The bson library has lost some kinds of
 * values once it has decoded them: undefined, DBPointer.
 *
 * @param bytes The document.
 * @param canonical Whether numbers and dates are canonical, not relaxed.
 */
export function extendedJson(bytes: Uint8Array, canonical = false): string {
  return container(bytes, 0, canonical, false);
}

function container(bytes: Uint8Array, start: number, canonical: boolean, list: boolean): string {
  const parts: string[] = [];
  for (const span of elements(bytes, start)) {
    const value = valueText(bytes, span, canonical);
    const key = decoder.decode(bytes.subarray(span.keyStart, span.keyEnd));
    parts.push(list ? value : `${JSON.stringify(key)}:${value}`);
  }
  return list ? `[${parts.join()}]` : `{${parts.join()}}`;
}

function valueText(bytes: Uint8Array, span: ElementSpan, canonical: boolean): string {
  const { type, valueStart: at, end } = span;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wrap = (key: string, value: unknown) => JSON.stringify({ [key]: value });
  const oid = (start: number) => ({ $oid: bytes.slice(start, start + 12).toHex() });
  /** A string with its length before it, and where it ends. */
  const string = (start: number): [string, number] => {
    const after = start + 4 + view.getInt32(start, true);
    return [decoder.decode(bytes.subarray(start + 4, after - 1)), after];
  };
  switch (type) {
    case BSON_TYPE.double: {
      const value = view.getFloat64(at, true);
      const text = Object.is(value, -0)
        ? "-0.0"
        : Number.isInteger(value) && Math.abs(value) < 1e21
        ? `${value}.0`
        : String(value);
      return canonical || !Number.isFinite(value) ? wrap("$numberDouble", text) : text;
    }
    case BSON_TYPE.string:
      return JSON.stringify(string(at)[0]);
    case BSON_TYPE.object:
      return container(bytes, at, canonical, false);
    case BSON_TYPE.array:
      return container(bytes, at, canonical, true);
    case BSON_TYPE.binary: {
      const subType = bytes[at + 4]!;
      const from = subType === 2 ? at + 9 : at + 5;
      return wrap("$binary", {
        base64: bytes.slice(from, end).toBase64(),
        subType: subType.toString(16).padStart(2, "0"),
      });
    }
    case BSON_TYPE.undefined:
      return wrap("$undefined", true);
    case BSON_TYPE.objectId:
      return JSON.stringify(oid(at));
    case BSON_TYPE.boolean:
      return String(bytes[at] === 1);
    case BSON_TYPE.date: {
      const ms = view.getBigInt64(at, true);
      if (canonical || ms < 0n || ms >= 253402300800000n) {
        return wrap("$date", { $numberLong: String(ms) });
      }
      return wrap("$date", new Date(Number(ms)).toISOString().replace(".000Z", "Z"));
    }
    case BSON_TYPE.null:
      return "null";
    case BSON_TYPE.regex: {
      const split = bytes.indexOf(0, at);
      const pattern = decoder.decode(bytes.subarray(at, split));
      const options = decoder.decode(bytes.subarray(split + 1, end - 1));
      return wrap("$regularExpression", { pattern, options });
    }
    case BSON_TYPE.dbPointer: {
      const [$ref, after] = string(at);
      return wrap("$dbPointer", { $ref, $id: oid(after) });
    }
    case BSON_TYPE.code:
      return wrap("$code", string(at)[0]);
    case BSON_TYPE.symbol:
      return wrap("$symbol", string(at)[0]);
    case BSON_TYPE.codeWithScope: {
      const [code, after] = string(at + 4);
      return `{"$code":${JSON.stringify(code)},"$scope":${
        container(bytes, after, canonical, false)
      }}`;
    }
    case BSON_TYPE.int: {
      const text = String(view.getInt32(at, true));
      return canonical ? wrap("$numberInt", text) : text;
    }
    case BSON_TYPE.timestamp:
      return wrap("$timestamp", { t: view.getUint32(at + 4, true), i: view.getUint32(at, true) });
    case BSON_TYPE.long: {
      const text = String(view.getBigInt64(at, true));
      return canonical ? wrap("$numberLong", text) : text;
    }
    case BSON_TYPE.decimal:
      return wrap("$numberDecimal", new Decimal128(bytes.slice(at, at + 16)).toString());
    case BSON_TYPE.minKey:
      return wrap("$minKey", 1);
    case BSON_TYPE.maxKey:
      return wrap("$maxKey", 1);
    default:
      throw new Error(`type ${type} has no Extended JSON`);
  }
}
