import { KIND } from "./kinds.ts";

/** What is wrong with a document, and where. */
export class CorruptDocument extends Error {
  /** Offset in the buffer. */
  readonly at: number;
  /** Creates it. */
  constructor(what: string, at: number) {
    super(what);
    this.at = at;
  }
}

/** The number of the kind with a type byte of 0 or above 19. */
export function oddKind(type: number, at: number): number {
  if (type === 0xff) return KIND.minKey;
  if (type === 0x7f) return KIND.maxKey;
  throw new CorruptDocument(`0x${type.toString(16).padStart(2, "0")} is no type`, at);
}

/** Where a value ends, at `last` at the latest. */
export function valueEnd(
  b: Uint8Array,
  view: DataView,
  type: number,
  pos: number,
  last: number,
): number {
  let end = pos;
  switch (type) {
    case 0x01:
    case 0x09:
    case 0x11:
    case 0x12:
      end += 8;
      break;
    case 0x02:
    case 0x0d:
    case 0x0e:
      end = sizedEnd(view, pos, 4, last, 1);
      if (b[end - 1] !== 0) throw new CorruptDocument("a string does not end in 0", pos);
      break;
    case 0x03:
    case 0x04:
      end = sizedEnd(view, pos, 0, last, 5);
      break;
    case 0x05:
      end = sizedEnd(view, pos, 5, last, 0);
      break;
    case 0x06:
    case 0x0a:
    case 0xff:
    case 0x7f:
      break;
    case 0x07:
      end += 12;
      break;
    case 0x08:
      end += 1;
      break;
    case 0x0b:
      end = regexEnd(b, pos, last);
      break;
    case 0x0c:
      end = sizedEnd(view, pos, 16, last, 1);
      break;
    case 0x0f:
      end = sizedEnd(view, pos, 0, last, 14);
      break;
    case 0x10:
      end += 4;
      break;
    case 0x13:
      end += 16;
      break;
    default:
      throw new CorruptDocument(`0x${type.toString(16).padStart(2, "0")} is no type`, pos);
  }
  if (end > last) throw runsPast(pos);
  return end;
}

/** A value that runs past the end. */
export function runsPast(pos: number): CorruptDocument {
  return new CorruptDocument("a value runs past the end", pos);
}

function regexEnd(b: Uint8Array, pos: number, last: number): number {
  let at = pos;
  for (let zeros = 0; zeros < 2; at++) {
    if (at >= last) throw new CorruptDocument("a regular expression does not end", pos);
    if (b[at] === 0) zeros++;
  }
  return at;
}

/** Where a value ends that begins with its length, which counts `more` bytes less than there are. */
export function sizedEnd(
  view: DataView,
  pos: number,
  more: number,
  last: number,
  least: number,
): number {
  if (pos + 4 > last) throw new CorruptDocument("a length runs past the end", pos);
  const length = view.getInt32(pos, true);
  if (length < least || length > last - pos - more) throw badLength(length, pos);
  return pos + length + more;
}

function badLength(length: number, pos: number): CorruptDocument {
  return new CorruptDocument(`a length of ${length} cannot be`, pos);
}
