/** Sizes of a frame header's optional fields, by the bits that announce them. */
const DICTIONARY_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const MAX_BLOCK_BYTES = 128 * 1024;
const CHECKSUM_BYTES = 4;

/**
 * Finds where a zstd frame ends ({@link https://www.rfc-editor.org/rfc/rfc8878 | RFC 8878}), from
 * the sizes in its block headers and without decompressing. It starts behind the frame's magic
 * number and takes bytes cut anywhere.
 */
export class ZstdFrame {
  /** Whether the end of the frame was reached. */
  done = false;
  /** What is wrong with the frame, if something is. */
  wrong: string | undefined;
  #part: "descriptor" | "header" | "block" | "content" | "checksum" = "descriptor";
  /** Bytes of the part that are still to come. */
  #left = 1;
  /** A block header's bytes so far, little-endian. */
  #value = 0;
  #have = 0;
  #checksum = false;
  #last = false;
  #blockEnded = false;

  /** Takes bytes up to the end of a block or of the frame, and says how many. */
  scan(bytes: Uint8Array): number {
    let at = 0;
    this.#blockEnded = false;
    while (at < bytes.length && !this.done && !this.#blockEnded && this.wrong === undefined) {
      if (this.#part === "descriptor") {
        this.#descriptor(bytes[at++]!);
      } else if (this.#part === "block") {
        this.#value |= bytes[at++]! << (8 * this.#have++);
        if (this.#have === 3) this.#block(this.#value);
      } else {
        const count = Math.min(this.#left, bytes.length - at);
        at += count;
        this.#left -= count;
        if (this.#left === 0) this.#next();
      }
    }
    return at;
  }

  #descriptor(byte: number): void {
    if ((byte & 0x08) !== 0) {
      this.wrong = "a reserved bit of the frame's header is set";
      return;
    }
    const single = (byte & 0x20) !== 0;
    const contentSize = single && byte >> 6 === 0 ? 1 : CONTENT_SIZE_BYTES[byte >> 6]!;
    this.#checksum = (byte & 0x04) !== 0;
    this.#part = "header";
    this.#left = (single ? 0 : 1) + DICTIONARY_BYTES[byte & 3]! + contentSize;
    if (this.#left === 0) this.#next();
  }

  #block(header: number): void {
    const type = (header >> 1) & 3;
    const size = header >> 3;
    this.#last = (header & 1) !== 0;
    if (type === 3) this.wrong = "a block is of the reserved type";
    else if (size > MAX_BLOCK_BYTES) this.wrong = `a block claims ${size} bytes`;
    this.#part = "content";
    // A block of type 1 is one byte, repeated.
    this.#left = type === 1 ? 1 : size;
    if (this.#left === 0) this.#next();
  }

  /** Goes on to what follows a part that is complete. */
  #next(): void {
    if (this.#part === "checksum") {
      this.done = true;
    } else if (this.#part === "content" && this.#last) {
      this.#part = "checksum";
      this.#left = this.#checksum ? CHECKSUM_BYTES : 0;
      if (this.#left === 0) this.done = true;
    } else {
      this.#blockEnded = this.#part === "content";
      this.#part = "block";
      this.#value = this.#have = 0;
    }
  }
}
