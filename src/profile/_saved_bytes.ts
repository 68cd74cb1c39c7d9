import { compareBytes, hashBytes } from "./_hash.ts";
import type { KeptId } from "./node.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as text if they are UTF-8, else in base64: nothing of them is lost. */
export type SavedBytes = string | { readonly base64: string };

/** Bytes for a file. */
export function toSaved(bytes: Uint8Array): SavedBytes {
  try {
    return decoder.decode(bytes);
  } catch {
    return { base64: toBase64(bytes) };
  }
}

/** Bytes from a file; `undefined` if they are not written as {@linkcode toSaved} does. */
export function fromSaved(value: unknown): Uint8Array | undefined {
  if (typeof value === "string") return encoder.encode(value);
  if (typeof value !== "object" || value === null) return undefined;
  const { base64 } = value as { base64?: unknown };
  return typeof base64 === "string" ? fromBase64(base64) : undefined;
}

/** An `_id` for a file: readable where that loses nothing. */
export function idToSaved({ element }: KeptId): unknown {
  const value = element.subarray(2);
  switch (element[0]) {
    case 0x07:
      return { $oid: [...value].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
    case 0x10:
      return new DataView(value.buffer, value.byteOffset).getInt32(0, true);
    case 0x02: {
      const text = toSaved(value.subarray(4, -1));
      if (typeof text === "string") return text;
    }
  }
  return { bson: toBase64(element) };
}

/** An `_id` from a file; `undefined` if it is not written as {@linkcode idToSaved} does. */
export function idFromSaved(value: unknown): KeptId | undefined {
  const element = elementOf(value);
  if (element === undefined || element.length < 2) return undefined;
  return { element, hash: hashBytes(element, 2, element.length) };
}

function elementOf(value: unknown): Uint8Array | undefined {
  if (typeof value === "number") {
    const element = new Uint8Array(6);
    element[0] = 0x10;
    new DataView(element.buffer).setInt32(2, value, true);
    return element;
  }
  if (typeof value === "string") {
    const text = encoder.encode(value);
    const element = new Uint8Array(text.length + 7);
    element[0] = 0x02;
    new DataView(element.buffer).setInt32(2, text.length + 1, true);
    element.set(text, 6);
    return element;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { $oid, bson } = value as { $oid?: unknown; bson?: unknown };
  if (typeof $oid === "string" && /^[\da-f]{24}$/.test($oid)) {
    const element = new Uint8Array(14);
    element[0] = 0x07;
    for (let i = 0; i < 12; i++) element[2 + i] = parseInt($oid.slice(2 * i, 2 * i + 2), 16);
    return element;
  }
  return typeof bson === "string" ? fromBase64(bson) : undefined;
}

/** Order of `_id`s: by hash, then bytes. */
export function compareIds(a: KeptId, b: KeptId): number {
  return a.hash - b.hash || compareBytes(a.element, b.element);
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}

let table: Uint32Array | undefined;

function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n;
  });
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** 16 hex digits that change with any change of the text by accident or by hand. */
export function checksum(text: string): string {
  const bytes = encoder.encode(text);
  return [crc32(bytes), hashBytes(bytes, 0, bytes.length)]
    .map((half) => half.toString(16).padStart(8, "0")).join("");
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Two characters a line, by which a changed line is found. */
export function lineMarks(lines: readonly string[]): string {
  return lines.map((line) => {
    const bytes = encoder.encode(line);
    const hash = hashBytes(bytes, 0, bytes.length);
    return DIGITS[hash & 63]! + DIGITS[(hash >>> 6) & 63]!;
  }).join("");
}
