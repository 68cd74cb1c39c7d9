/**
 * CRC-64 in WebAssembly, which has the 64-bit integers that JavaScript is slow with: three times as
 * fast. The module is 200 bytes, put together here so that it can be read.
 */

/** How many bytes are taken at once, each with a table of its own. */
export const WASM_SLICES = 16;

const PAGE = 65_536;
/** Where the bytes go, behind the tables. */
const DATA_AT = PAGE;
const DATA_BYTES = PAGE;
const TABLE_BYTES = 256 * 8;

/** Takes bytes, a multiple of {@linkcode WASM_SLICES} of them; the register in and out. */
export type WasmUpdate = (register: bigint, bytes: Uint8Array) => bigint;

/**
 * Makes the function.
 *
 * @param fill Writes the tables: for each slice 256 values of 64 bits, the low half first.
 * @returns The function; `undefined` where there is no WebAssembly.
 */
export function makeWasmUpdate(fill: (tables: Uint32Array) => void): WasmUpdate | undefined {
  let instance: WebAssembly.Instance;
  try {
    instance = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
  } catch {
    return undefined;
  }
  const { memory, update } = instance.exports as {
    memory: WebAssembly.Memory;
    update: (register: bigint, from: number, to: number) => bigint;
  };
  fill(new Uint32Array(memory.buffer, 0, WASM_SLICES * TABLE_BYTES / 4));
  const data = new Uint8Array(memory.buffer, DATA_AT, DATA_BYTES);
  return (register, bytes) => {
    let value = register;
    for (let at = 0; at < bytes.length; at += DATA_BYTES) {
      const part = bytes.subarray(at, at + DATA_BYTES);
      data.set(part);
      value = update(value, DATA_AT, DATA_AT + part.length);
    }
    return value;
  };
}

const I32 = 0x7f, I64 = 0x7e;
const op = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  end: [0x0b],
  brIf: [0x0d],
  br: [0x0c],
  get: [0x20],
  set: [0x21],
  load: [0x29],
  i32: [0x41],
  i64: [0x42],
  greaterOrEqual: [0x4f],
  add: [0x6a],
  and: [0x71],
  shiftLeft: [0x74],
  xor64: [0x85],
  shiftRight64: [0x88],
  wrap: [0xa7],
} as const;
/** The function's parameters and its one variable. */
const REGISTER = [0], FROM = [1], TO = [2], SECOND = [3];

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest >>>= 7) {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  }
  return bytes;
}

/** One more byte than `unsigned` where that would look negative. */
function signed(value: number): number[] {
  const bytes = unsigned(value);
  if ((bytes.at(-1)! & 0x40) === 0) return bytes;
  return [...bytes.slice(0, -1), bytes.at(-1)! | 0x80, 0];
}

/** Loads 64 bits, from anywhere, at an offset from the address on the stack. */
function load(offset: number): number[] {
  return [...op.load, 0, ...unsigned(offset)];
}

/** Looks up the eight bytes of a variable, the first in the last of these tables. */
function lookUp(variable: readonly number[], lastTable: number): number[][] {
  return Array.from({ length: 8 }, (_, i) => [
    ...op.get,
    ...variable,
    ...op.i64,
    ...signed(8 * i),
    ...op.shiftRight64,
    ...op.wrap,
    ...op.i32,
    ...signed(255),
    ...op.and,
    ...op.i32,
    ...signed(3),
    ...op.shiftLeft,
    ...load((lastTable - i) * TABLE_BYTES),
  ]);
}

function code(): number[] {
  const values = [...lookUp(REGISTER, 15), ...lookUp(SECOND, 7)];
  return [
    ...op.block,
    ...op.loop,
    // Until all bytes were taken:
    ...[...op.get, ...FROM, ...op.get, ...TO, ...op.greaterOrEqual, ...op.brIf, 1],
    // the register meets the first eight bytes,
    ...[
      ...op.get,
      ...REGISTER,
      ...op.get,
      ...FROM,
      ...load(0),
      ...op.xor64,
      ...op.set,
      ...REGISTER,
    ],
    ...[...op.get, ...FROM, ...load(8), ...op.set, ...SECOND],
    // and what the tables say of all sixteen comes together.
    ...values.flatMap((value, i) => i === 0 ? value : [...value, ...op.xor64]),
    ...[...op.set, ...REGISTER],
    ...[...op.get, ...FROM, ...op.i32, ...signed(WASM_SLICES), ...op.add, ...op.set, ...FROM],
    ...[...op.br, 0],
    ...op.end,
    ...op.end,
    ...[...op.get, ...REGISTER],
    ...op.end,
  ];
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: readonly number[]) => [
    id,
    ...unsigned(content.length),
    ...content,
  ];
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  const body = [1, 1, I64, ...code()];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, I64, I32, I32, 1, I64]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, (DATA_AT + DATA_BYTES) / PAGE]),
    ...section(7, [2, ...name("memory"), 2, 0, ...name("update"), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}
