import { makeWasmUpdate, WASM_SLICES, type WasmUpdate } from "./_crc64_wasm.ts";

/** Polynomial of CRC-64/XZ, reflected, as two halves. */
const POLY_HIGH = 0xc96c5795, POLY_LOW = 0xd7870f42;
/** How many bytes are taken at once, each with a table of its own. */
const SLICES = 8;
/** From here on it pays to ask WebAssembly. */
const WASM_BYTES = 512;

const HIGH = new Uint32Array(WASM_SLICES * 256);
const LOW = new Uint32Array(WASM_SLICES * 256);
for (let byte = 0; byte < 256; byte++) {
  let high = 0, low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const out = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (out) {
      high ^= POLY_HIGH;
      low ^= POLY_LOW;
    }
  }
  HIGH[byte] = high;
  LOW[byte] = low;
}
for (let slice = 1; slice < WASM_SLICES; slice++) {
  for (let byte = 0; byte < 256; byte++) {
    const at = (slice - 1) * 256 + byte;
    const high = HIGH[at]!, low = LOW[at]!;
    const out = low & 0xff;
    HIGH[slice * 256 + byte] = (high >>> 8) ^ HIGH[out]!;
    LOW[slice * 256 + byte] = ((low >>> 8) | (high << 24)) ^ LOW[out]!;
  }
}

let wasm: { readonly update: WasmUpdate | undefined } | undefined;

/** Made when it is first needed. */
function wasmUpdate(): WasmUpdate | undefined {
  wasm ??= {
    update: makeWasmUpdate((tables) => {
      for (let i = 0; i < LOW.length; i++) {
        tables[2 * i] = LOW[i]!;
        tables[2 * i + 1] = HIGH[i]!;
      }
    }),
  };
  return wasm.update;
}

/**
 * CRC-64/XZ of a stream of bytes, the checksum of each collection in an archive
 * ({@link https://reveng.sourceforge.io/crc-catalogue/all.htm#crc.cat.crc-64-xz | CRC catalogue}).
 *
 * @example
 * ```ts
 * import { Crc64 } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const crc = new Crc64();
 * crc.update(new TextEncoder().encode("123456789"));
 * assertEquals(BigInt.asUintN(64, crc.value), 0x995dc9bbdf1939fan);
 * ```
 */
export class Crc64 {
  #high = 0xffffffff;
  #low = 0xffffffff;

  /**
   * Takes more bytes.
   *
   * @param bytes Where they are.
   * @param start Offset of the first.
   * @param end Offset after the last.
   */
  update(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const update = end - start < WASM_BYTES ? undefined : wasmUpdate();
    if (update === undefined) return this.#update(bytes, start, end);
    const whole = end - ((end - start) % WASM_SLICES);
    const register = (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low >>> 0);
    const value = BigInt.asUintN(64, update(register, bytes.subarray(start, whole)));
    this.#high = Number(value >> 32n);
    this.#low = Number(value & 0xffffffffn);
    this.#update(bytes, whole, end);
  }

  #update(bytes: Uint8Array, start: number, end: number): void {
    let high = this.#high, low = this.#low;
    let at = start;
    for (const whole = end - ((end - start) % SLICES); at < whole; at += SLICES) {
      low ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      high ^= bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) |
        (bytes[at + 7]! << 24);
      const a = 1792 + (low & 0xff), b = 1536 + ((low >>> 8) & 0xff);
      const c = 1280 + ((low >>> 16) & 0xff), d = 1024 + (low >>> 24);
      const e = 768 + (high & 0xff), f = 512 + ((high >>> 8) & 0xff);
      const g = 256 + ((high >>> 16) & 0xff), h = high >>> 24;
      high = HIGH[a]! ^ HIGH[b]! ^ HIGH[c]! ^ HIGH[d]! ^ HIGH[e]! ^ HIGH[f]! ^ HIGH[g]! ^ HIGH[h]!;
      low = LOW[a]! ^ LOW[b]! ^ LOW[c]! ^ LOW[d]! ^ LOW[e]! ^ LOW[f]! ^ LOW[g]! ^ LOW[h]!;
    }
    for (; at < end; at++) {
      const out = (low ^ bytes[at]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ LOW[out]!;
      high = (high >>> 8) ^ HIGH[out]!;
    }
    this.#high = high;
    this.#low = low;
  }

  /** The checksum of all bytes so far, as the signed 64-bit integer that an archive holds. */
  get value(): bigint {
    const high = BigInt((this.#high ^ 0xffffffff) >>> 0),
      low = BigInt((this.#low ^ 0xffffffff) >>> 0);
    return BigInt.asIntN(64, (high << 32n) | low);
  }
}
