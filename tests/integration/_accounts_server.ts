/**
 * A server that has users and roles as MongoDB keeps them: the test server for all else, which keeps
 * no roles, shows no credentials and has no `_mergeAuthzCollections`. That command is done here as
 * MongoDB does it, and `admin.system.users` and `.roles` are collections of their own there.
 */
import { deserialize, type Document, Long, serialize, UUID } from "bson";
import type { MongoClient } from "mongodb";

const OP_MSG = 2013;
/** Commands that read a collection. */
const READS = new Set(["find", "count", "aggregate", "listIndexes", "distinct"]);

/** What such a server is like. */
export interface AccountsServerOptions {
  /** Its layout of users and roles, as `getParameter` tells it. Default 5. */
  readonly layout?: number;
  /** What `_mergeAuthzCollections` answers instead of doing anything, from the given call on. */
  readonly refuse?: { readonly code: number; readonly from?: number };
  /**
   * With which of the calls that are to take something the connection is lost, in turn: before it is
   * done, or before that is answered.
   */
  readonly loses?: readonly ("before" | "after")[];
  /** Done before the connection is lost. */
  readonly onLoss?: () => Promise<unknown>;
  /** `_id`s that the command does not take, as MongoDB says in its log alone. */
  readonly skips?: readonly string[];
}

/** A server on a port of its own, before another. */
export class AccountsServer {
  /** Each `_mergeAuthzCollections` that came, with what its temporary collections had. */
  readonly merges: { readonly command: Document; readonly temporary: readonly string[] }[] = [];
  readonly #name: string;
  readonly #client: MongoClient;
  readonly #port: number;
  readonly #options: AccountsServerOptions;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.Conn>();
  #asked = 0;
  #took = 0;

  /**
   * Listens.
   *
   * @param client Connected to the server behind.
   * @param port Its port on this machine.
   * @param options What it is like.
   */
  constructor(client: MongoClient, port: number, options: AccountsServerOptions = {}) {
    this.#client = client;
    this.#port = port;
    this.#options = options;
    this.#name = `accounts_${crypto.randomUUID().slice(0, 8)}`;
    void this.#accept();
  }

  /** Connection string. */
  get uri(): string {
    return `mongodb://127.0.0.1:${this.#listener.addr.port}/?directConnection=true`;
  }

  /** Its users or roles, raw, by `_id`. */
  async stored(part: "users" | "roles"): Promise<Map<string, Uint8Array>> {
    const found = await this.#collection(part).find({}, { raw: true }).toArray();
    const documents = found as unknown[] as Uint8Array[];
    return new Map(
      documents.map((bytes) => [String(deserialize(bytes)._id), new Uint8Array(bytes)] as const)
        .sort(([a], [b]) => a < b ? -1 : 1),
    );
  }

  /** Gives it users or roles. */
  async fill(part: "users" | "roles", documents: readonly Document[]): Promise<void> {
    await this.#collection(part).insertMany([...documents]);
  }

  /** What is left of temporary collections. */
  async temporary(): Promise<string[]> {
    const listed = await this.#client.db("admin").listCollections({ name: /^temp/ }).toArray();
    return listed.map(({ name }) => name).sort();
  }

  /** Ends it, and lets go of what it had. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#open) close(conn);
    for (const part of ["users", "roles"] as const) await this.#collection(part).drop();
    for (const name of await this.temporary()) await this.#client.db("admin").dropCollection(name);
  }

  #collection(part: "users" | "roles") {
    return this.#client.db("admin").collection(`${this.#name}.${part}`);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      try {
        const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
        void this.#serve(client, server);
      } catch {
        close(client);
      }
    }
  }

  async #serve(client: Deno.Conn, server: Deno.Conn): Promise<void> {
    this.#open.add(client).add(server);
    const forth = pass(client, async (message) => {
      const parsed = parse(message);
      const answer = parsed && await this.#answer(parsed.body);
      if (answer !== undefined) await send(client, reply(message, answer));
      else await send(server, parsed === undefined ? message : this.#renamed(message, parsed));
    });
    const back = pass(server, (message) => send(client, message));
    await Promise.race([forth, back]);
    for (const conn of [client, server]) {
      close(conn);
      this.#open.delete(conn);
    }
    await Promise.all([forth, back]);
  }

  /** A read of users or roles goes to the collection that has them. */
  #renamed(message: Uint8Array, { body, end }: Parsed): Uint8Array {
    const [name = "", value] = Object.entries(body)[0] ?? [];
    const part = /^system\.(users|roles)$/.exec(String(value))?.[1];
    if (body.$db !== "admin" || !READS.has(name) || part === undefined) return message;
    const made = serialize({ ...body, [name]: `${this.#name}.${part}` });
    const renamed = new Uint8Array(BODY + made.length + message.length - end);
    renamed.set(message.subarray(0, BODY));
    renamed.set(made, BODY);
    renamed.set(message.subarray(end), BODY + made.length);
    new DataView(renamed.buffer).setInt32(0, renamed.length, true);
    return renamed;
  }

  async #answer(command: Document): Promise<Document | undefined> {
    const { layout = 5, refuse } = this.#options;
    if (command.getParameter !== undefined && command.authSchemaVersion !== undefined) {
      return { authSchemaVersion: layout, ok: 1 };
    }
    if (command.listCollections !== undefined && command.$db === "admin") {
      return await this.#listed(command.filter?.name);
    }
    if (command._mergeAuthzCollections === undefined) return undefined;
    if (refuse !== undefined && this.#asked++ >= (refuse.from ?? 0)) {
      return { ok: 0, code: refuse.code, codeName: "Refused", errmsg: "refused by the test" };
    }
    const { tempUsersCollection = "", tempRolesCollection = "" } = command;
    if (tempUsersCollection === "" && tempRolesCollection === "") {
      return { ok: 0, code: 2, codeName: "BadValue", errmsg: "Must provide at least one of them" };
    }
    const lost = this.#options.loses?.[this.#took++];
    if (lost === "before") await this.#lose();
    const temporary: string[] = [];
    for (const [part, from] of [["users", tempUsersCollection], ["roles", tempRolesCollection]]) {
      if (from !== "") temporary.push(...await this.#merge(part, from, command));
    }
    this.merges.push({ command, temporary });
    if (lost === "after") await this.#lose();
    return { ok: 1 };
  }

  /** Ends the connection of whoever asked. */
  async #lose(): Promise<never> {
    await this.#options.onLoss?.();
    throw new Error("lost");
  }

  /** The collections of `admin`, with those of users and roles among them. */
  async #listed(name: unknown): Promise<Document> {
    const others = await this.#client.db("admin").listCollections().toArray();
    const own = ["users", "roles", "version"].map((part, i) => ({
      name: `system.${part}`,
      type: "collection",
      options: {},
      info: { readOnly: false, uuid: new UUID(`00000000-0000-4000-8000-00000000000${i}`) },
      idIndex: { v: 2, key: { _id: 1 }, name: "_id_" },
    }));
    const all = [...others.filter(({ name }) => !/^accounts_|^system\./.test(name)), ...own];
    const firstBatch = all.filter((one) => name === undefined || one.name === name);
    return { cursor: { id: Long.ZERO, ns: "admin.$cmd.listCollections", firstBatch }, ok: 1 };
  }

  /** As MongoDB's own: one that is there is updated only with `drop`, which removes the others. */
  async #merge(part: "users" | "roles", from: string, { db, drop }: Document): Promise<string[]> {
    const collection = this.#collection(part);
    const documents = await this.#client.db("admin").collection(from.slice("admin.".length))
      .find({}, { promoteValues: false }).toArray();
    const seen: string[] = [];
    for (const document of documents) {
      const id = String(document._id);
      seen.push(id);
      if (db !== "" && String(document.db) !== db || this.#options.skips?.includes(id)) continue;
      if (drop) await collection.replaceOne({ _id: document._id }, document, { upsert: true });
      else if (await collection.countDocuments({ _id: document._id }) === 0) {
        await collection.insertOne(document);
      }
    }
    if (drop) {
      await collection.deleteMany({ _id: { $nin: seen as never[] }, ...(db === "" ? {} : { db }) });
    }
    return seen.sort();
  }
}

/** Where the body of a message starts: behind its header, its flags, and the kind of the section. */
const BODY = 21;

interface Parsed {
  readonly body: Document;
  /** Where it ends. */
  readonly end: number;
}

function parse(message: Uint8Array): Parsed | undefined {
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  // Who sends a sequence of documents before the body writes: nothing to rename.
  if (view.getInt32(12, true) !== OP_MSG || message[BODY - 1] !== 0) return undefined;
  const end = BODY + view.getInt32(BODY, true);
  return { body: deserialize(message.subarray(BODY, end), { promoteValues: true }), end };
}

function reply(to: Uint8Array, answer: Document): Uint8Array {
  const made = serialize(answer);
  const message = new Uint8Array(BODY + made.length);
  const view = new DataView(message.buffer);
  view.setInt32(0, message.length, true);
  view.setInt32(8, new DataView(to.buffer, to.byteOffset).getInt32(4, true), true);
  view.setInt32(12, OP_MSG, true);
  message.set(made, BODY);
  return message;
}

/** Takes whole messages until one end closes. */
async function pass(
  from: Deno.Conn,
  take: (message: Uint8Array) => Promise<void>,
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
        await take(held.slice(0, length));
        held = held.slice(length);
      }
    }
  } catch {
    // The other side closed.
  }
}

async function send(to: Deno.Conn, message: Uint8Array): Promise<void> {
  for (let at = 0; at < message.length;) at += await to.write(message.subarray(at));
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is closed already.
  }
}
