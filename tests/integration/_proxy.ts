/** A TCP proxy between the driver and a server, which reads what passes and can cut the line. */
import { deserialize, type Document } from "bson";

/** A command that passed. */
export interface SeenCommand {
  /** The body, without document sequences. */
  readonly body: Document;
  /** Name and bytes of each document sequence. */
  readonly sequences: Readonly<Record<string, Uint8Array>>;
}

/** Where the line is cut: before the server sees the command, or before its answer is passed on. */
export type Cut = "before" | "after";

const OP_MSG = 2013;

/** A proxy on a port of its own. */
export class Proxy {
  /** Every command that passed. */
  readonly seen: SeenCommand[] = [];
  readonly #listener: Deno.TcpListener;
  readonly #target: number;
  readonly #open = new Set<Deno.Conn>();
  readonly #cuts: { readonly command: string; readonly cut: Cut; skip: number }[] = [];

  /** Listens for a server on a port of this machine. */
  constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    void this.#accept();
  }

  /** Connection string of the proxy: the driver is kept from going to the server itself. */
  get uri(): string {
    return `mongodb://127.0.0.1:${this.#listener.addr.port}/?directConnection=true`;
  }

  /** Cuts the line at the next command of this name, after letting some pass. */
  cutNext(command: string, cut: Cut, skip = 0): void {
    this.#cuts.push({ command, cut, skip });
  }

  /** The commands of one name that passed. */
  commands(name: string): SeenCommand[] {
    return this.seen.filter(({ body }) => Object.keys(body)[0] === name);
  }

  /** Ends it and all connections. */
  [Symbol.dispose](): void {
    this.#listener.close();
    for (const conn of this.#open) close(conn);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      try {
        const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
        void this.#serve(client, server);
      } catch {
        close(client);
      }
    }
  }

  async #serve(client: Deno.Conn, server: Deno.Conn): Promise<void> {
    this.#open.add(client).add(server);
    const state = { cutAnswer: false };
    const end = () => {
      close(client);
      close(server);
      this.#open.delete(client);
      this.#open.delete(server);
    };
    const toServer = pass(client, server, (message) => {
      const command = parse(message);
      if (command === undefined) return true;
      this.seen.push(command);
      const name = Object.keys(command.body)[0]!;
      const next = this.#cuts.find(({ command }) => command === name);
      if (next === undefined || next.skip-- > 0) return true;
      this.#cuts.splice(this.#cuts.indexOf(next), 1);
      state.cutAnswer = next.cut === "after";
      return state.cutAnswer;
    });
    const toClient = pass(server, client, () => !state.cutAnswer);
    await Promise.race([toServer, toClient]);
    end();
    await Promise.all([toServer, toClient]);
  }
}

/** Passes whole messages on until one end closes, or the check says to stop. */
async function pass(
  from: Deno.Conn,
  to: Deno.Conn,
  goOn: (message: Uint8Array) => boolean,
): Promise<void> {
  let held = new Uint8Array(0);
  const chunk = new Uint8Array(64 * 1024);
  try {
    for (;;) {
      const read = await from.read(chunk);
      if (read === null) return;
      const joined = new Uint8Array(held.length + read);
      joined.set(held);
      joined.set(chunk.subarray(0, read), held.length);
      held = joined;
      while (held.length >= 4) {
        const length = new DataView(held.buffer, held.byteOffset).getInt32(0, true);
        if (held.length < length) break;
        const message = held.subarray(0, length);
        if (!goOn(message)) return;
        for (let at = 0; at < length;) at += await to.write(message.subarray(at));
        held = held.slice(length);
      }
    }
  } catch {
    // The other side closed.
  }
}

function parse(message: Uint8Array): SeenCommand | undefined {
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  if (view.getInt32(12, true) !== OP_MSG) return undefined;
  let body: Document = {};
  const sequences: Record<string, Uint8Array> = {};
  for (let at = 20; at < message.length;) {
    const kind = message[at++];
    const length = view.getInt32(at, true);
    const section = message.slice(at, at + length);
    at += length;
    if (kind === 0) {
      body = deserialize(section, { promoteValues: false });
    } else {
      const end = section.indexOf(0, 4);
      sequences[new TextDecoder().decode(section.subarray(4, end))] = section.subarray(end + 1);
    }
  }
  return { body, sequences };
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is closed already.
  }
}
