import {
  BSON_TYPE,
  bsonTypeName,
  elements,
  findElement,
  type KeyedElementSpan,
} from "../bson/mod.ts";
import { DataError } from "../core/mod.ts";
import { memberJson } from "./_definitions.ts";
import type { FirstDifference, ShownValue } from "./result.ts";

/** Longer values are cut. */
const SHOWN_CHARACTERS = 60;
/** Names whose values are nobody's business, however they are written. */
const SECRET = /passw|passphrase|passcode|secret|token|api_?-?key|private_?-?key|credential/i;
const decoder = new TextDecoder();

/** The first place, in reading order, where two documents differ; they do differ. */
export function firstDifference(a: Uint8Array, b: Uint8Array): FirstDifference {
  let offset = 0;
  while (a[offset] === b[offset] && offset < a.length) offset++;
  try {
    const found = inDocuments({ bytes: a, start: 0 }, { bytes: b, start: 0 }, "", false);
    if (found !== undefined) return { ...found, offset };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
  return { path: "", kind: "corrupt", offset };
}

interface Place {
  readonly bytes: Uint8Array;
  readonly start: number;
}

type Found = Omit<FirstDifference, "offset">;

function inDocuments(a: Place, b: Place, within: string, secret: boolean): Found | undefined {
  const ofA = elements(a.bytes, a.start), ofB = elements(b.bytes, b.start);
  while (true) {
    const inA = ofA.next().value ?? undefined, inB = ofB.next().value ?? undefined;
    if (inA === undefined && inB === undefined) return undefined;
    const nameA = inA && keyOf(a.bytes, inA), nameB = inB && keyOf(b.bytes, inB);
    if (nameA !== nameB) {
      // One that the other side has nowhere says more than one that it has elsewhere.
      const onlyA = nameA !== undefined && findElement(b.bytes, b.start, nameA) === undefined;
      const onlyB = nameB !== undefined && findElement(a.bytes, a.start, nameB) === undefined;
      const hides = (name: string) => secret || SECRET.test(name);
      if (onlyA) {
        const value = shown(a.bytes, inA!, hides(nameA));
        return { path: join(within, nameA), kind: "missing", a: value };
      }
      if (onlyB) {
        const value = shown(b.bytes, inB!, hides(nameB));
        return { path: join(within, nameB), kind: "extra", b: value };
      }
      // With a name that is there twice one side may end first.
      const path = join(within, (nameA ?? nameB)!);
      return { path, kind: "order" };
    }
    if (sameBytes(a.bytes, inA!, b.bytes, inB!)) continue;
    const path = join(within, nameA!);
    const hidden = secret || SECRET.test(nameA!);
    if (inA!.type === inB!.type && isContainer(inA!.type)) {
      const found = inDocuments(
        { bytes: a.bytes, start: inA!.valueStart },
        { bytes: b.bytes, start: inB!.valueStart },
        path,
        hidden,
      );
      if (found !== undefined) return found;
    }
    return {
      path,
      kind: "value",
      a: shown(a.bytes, inA!, hidden),
      b: shown(b.bytes, inB!, hidden),
    };
  }
}

const isContainer = (type: number) => type === BSON_TYPE.object || type === BSON_TYPE.array;

function keyOf(bytes: Uint8Array, { keyStart, keyEnd }: KeyedElementSpan): string {
  return decoder.decode(bytes.subarray(keyStart, keyEnd));
}

function join(within: string, name: string): string {
  const part = name === "" || name.includes(".") ? `[${JSON.stringify(name)}]` : name;
  return within === "" ? part : `${within}.${part}`;
}

function sameBytes(
  a: Uint8Array,
  inA: KeyedElementSpan,
  b: Uint8Array,
  inB: KeyedElementSpan,
): boolean {
  const length = inA.end - inA.start;
  if (inB.end - inB.start !== length) return false;
  for (let i = 0; i < length; i++) {
    if (a[inA.start + i] !== b[inB.start + i]) return false;
  }
  return true;
}

function shown(bytes: Uint8Array, span: KeyedElementSpan, hidden: boolean): ShownValue {
  const type = bsonTypeName(span.type)!;
  if (hidden || isContainer(span.type) || span.type === BSON_TYPE.codeWithScope) return { type };
  try {
    const value = memberJson(bytes, span, false);
    return { type, value: value.length > SHOWN_CHARACTERS ? cut(value) : value };
  } catch (error) {
    // Inside a value anything may stand: a date out of range, a text that is no UTF-8.
    if (!(error instanceof Error)) throw error;
    return { type };
  }
}

function cut(text: string): string {
  return `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
