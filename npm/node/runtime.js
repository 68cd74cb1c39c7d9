// What datahood uses of Deno and of newer JavaScript, where they are not: in Node.js and Bun. Only the
// npm package has it.
import fs from "node:fs";
import { promisify } from "node:util";
import { Deno as Shim } from "@deno/shim-deno";

const [read, write, sync] = [fs.read, fs.write, fs.fsync].map(promisify);

/** An error of Node.js, known again by its code; the shim gives some of them another class. */
const byCode = (code, Known) =>
  class extends Error {
    static [Symbol.hasInstance](error) {
      return error?.code === code || (Known !== undefined && error instanceof Known);
    }
  };

const errors = {
  ...Shim.errors,
  BrokenPipe: byCode("EPIPE"),
  IsADirectory: byCode("EISDIR"),
  NotFound: byCode("ENOENT", Shim.errors.NotFound),
  // Node.js with `--permission` says it so.
  NotCapable: byCode("ERR_ACCESS_DENIED"),
};

/** Does it again as long as a pipe that does not block is not ready. */
async function ready(call) {
  while (true) {
    try {
      return await call();
    } catch (error) {
      if (error.code === "EOF") return { bytesRead: 0 }; // Windows, at the end of standard input
      if (error.code !== "EAGAIN") throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

async function readAt(fd, buffer, position) {
  const { bytesRead } = await ready(() => read(fd, buffer, 0, buffer.length, position));
  return bytesRead === 0 ? null : bytesRead;
}

async function writeAll(fd, buffer) {
  const { bytesWritten } = await ready(() => write(fd, buffer, 0, buffer.length, null));
  return bytesWritten;
}

const unchanged = new Int32Array(new SharedArrayBuffer(4));

/** As `ready`, where nothing can be awaited. */
function readySync(call) {
  while (true) {
    try {
      return call();
    } catch (error) {
      if (error.code === "EOF") return 0;
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(unchanged, 0, 0, 5);
    }
  }
}

function readSync(fd, buffer) {
  const count = readySync(() => fs.readSync(fd, buffer));
  return count === 0 ? null : count;
}

function writeSync(fd, buffer) {
  return readySync(() => fs.writeSync(fd, buffer));
}

/** What the files of the shim lack. */
const files = {
  async seek(offset) {
    this.position = offset;
    return await Promise.resolve(offset);
  },
  async read(buffer) {
    const count = await readAt(this.rid, buffer, this.position ?? null);
    if (this.position !== undefined) this.position += count ?? 0;
    return count;
  },
  sync() {
    return sync(this.rid);
  },
  // Node.js has no locks on files: two runs that write the same file at once are not told apart.
  tryLock() {
    return Promise.resolve(true);
  },
};
Object.assign(Shim.FsFile.prototype, files);

const streams = {
  stdin: {
    read: (buffer) => readAt(0, buffer, null),
    readSync: (buffer) => readSync(0, buffer),
  },
  stdout: {
    write: (buffer) => writeAll(1, buffer),
    writeSync: (buffer) => writeSync(1, buffer),
  },
  stderr: {
    write: (buffer) => writeAll(2, buffer),
    writeSync: (buffer) => writeSync(2, buffer),
  },
};
for (const [name, own] of Object.entries(streams)) {
  streams[name] = Object.assign(Object.create(Shim[name]), own);
}

/** Deno itself where it runs this. */
export const Deno = globalThis.Deno ?? { ...Shim, errors, ...streams };

/** `Array.fromAsync`, which Node.js has since 22. */
export async function fromAsync(items) {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

/** `Map.groupBy`, which Node.js has since 21. */
export function groupBy(items, keyOf) {
  const groups = new Map();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** `Promise.withResolvers`, which Node.js has since 22. */
export function withResolvers() {
  let resolve, reject;
  const promise = new Promise((yes, no) => [resolve, reject] = [yes, no]);
  return { promise, resolve, reject };
}

// What iterators can do since Node.js 22, as the standard says it; only where they cannot.
const helpers = {
  *map(change) {
    let index = 0;
    for (const item of this) yield change(item, index++);
  },
  *filter(keep) {
    let index = 0;
    for (const item of this) if (keep(item, index++)) yield item;
  },
  *flatMap(change) {
    let index = 0;
    for (const item of this) yield* change(item, index++);
  },
  *take(limit) {
    if (limit <= 0) return;
    for (const item of this) {
      yield item;
      if (--limit <= 0) return;
    }
  },
  *drop(limit) {
    for (const item of this) if (--limit < 0) yield item;
  },
  reduce(join, ...start) {
    return [...this].reduce(join, ...start);
  },
  toArray() {
    return [...this];
  },
  forEach(act) {
    let index = 0;
    for (const item of this) act(item, index++);
  },
  some(is) {
    let index = 0;
    for (const item of this) if (is(item, index++)) return true;
    return false;
  },
  every(is) {
    let index = 0;
    for (const item of this) if (!is(item, index++)) return false;
    return true;
  },
  find(is) {
    let index = 0;
    for (const item of this) if (is(item, index++)) return item;
  },
};
// What sets can do since Node.js 22; the other one has `has`, `keys` and `size`, as a set or a map has.
const algebra = {
  union(other) {
    return new Set([...this, ...other.keys()]);
  },
  intersection(other) {
    return new Set([...this].filter((item) => other.has(item)));
  },
  difference(other) {
    return new Set([...this].filter((item) => !other.has(item)));
  },
  symmetricDifference(other) {
    const result = new Set(this);
    for (const item of other.keys()) if (!result.delete(item)) result.add(item);
    return result;
  },
  isSubsetOf(other) {
    return this.size <= other.size && [...this].every((item) => other.has(item));
  },
  isSupersetOf(other) {
    return this.size >= other.size && [...other.keys()].every((item) => this.has(item));
  },
  isDisjointFrom(other) {
    return ![...this].some((item) => other.has(item));
  },
};
const iterators = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
for (const [prototype, methods] of [[iterators, helpers], [Set.prototype, algebra]]) {
  for (const [name, value] of Object.entries(methods)) {
    if (name in prototype) continue;
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  }
}
