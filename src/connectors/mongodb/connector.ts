import {
  type Cancellable,
  type CollectionInfo,
  DatahoodError,
  type DescribeOptions,
  type Namespace,
  type OpenOptions,
  type Origin,
  type PermissionNeed,
  type ReadOptions,
  type Source,
  type SourceItem,
  type Stage,
  type Target,
  UsageError,
  type Writer,
} from "../../core/mod.ts";
import { BaseConnector } from "../base.ts";
import { describeAccounts } from "./_accounts.ts";
import { nameServerNeeds, openSession } from "./connect.ts";
import { describeCollections, originOf } from "./describe.ts";
import { displayOf, type MongoConnectorOptions } from "./options.ts";
import { hostNeeds, mongoPermissions, option, parseUri } from "./permissions.ts";
import { readCollections } from "./read.ts";
import type { MongoSession } from "./session.ts";

/**
 * A MongoDB server: one collection, every collection of a database, or all of it.
 *
 * Documents are read and written as the server's own bytes. Reading and writing connect by
 * themselves if {@linkcode MongoConnector.connect} was not called.
 *
 * @example
 * ```ts
 * import { MongoConnector } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * await using orders = new MongoConnector({
 *   uri: "mongodb://localhost:27017",
 *   database: "shop",
 *   collection: "orders",
 * });
 * assertEquals(orders.display, "mongodb://localhost:27017/shop.orders");
 * ```
 */
export class MongoConnector extends BaseConnector {
  /** Always `mongodb`. */
  override readonly kind = "mongodb";
  /** `mongodb://user:***@host/database.collection`. */
  override readonly display: string;
  /** What it gives as a source: raw documents, with a query pushed down. */
  override readonly source: Source;
  /** What it takes as a target: batches of raw documents, collections with options and indexes. */
  override readonly target: Target;
  readonly #options: MongoConnectorOptions;
  #session: Promise<MongoSession> | undefined;

  /**
   * Creates a connector; connects to nothing.
   *
   * @param options The server, and what of it.
   * @throws {UsageError} If the connection string cannot be read, a collection has no database, or
   * users and roles are asked for beside one collection.
   */
  constructor(options: MongoConnectorOptions) {
    super();
    parseUri(options.uri);
    this.#options = options;
    this.display = displayOf(options);
    checkNames(options, this.display);
    this.source = this.#makeSource();
    this.target = this.#makeTarget();
  }

  /**
   * What it needs to be allowed: the network to each host as the connection string spells it, and
   * reading the certificates that it names.
   *
   * @param role Which end it will be.
   * @returns The needs.
   */
  override permissions(role?: "source" | "target"): readonly PermissionNeed[] {
    return mongoPermissions(this.#options.uri, this.#options.tlsCaFile, role);
  }

  /**
   * What only the network can tell: the hosts that an SRV record names, and the members of a replica
   * set. Connects for it, and lets go again if it was not connected.
   *
   * @param options How to stop it.
   * @returns The needs, those of {@linkcode MongoConnector.permissions} included.
   * @throws {ConnectError} If the server cannot be reached.
   */
  async discoverPermissions(
    options: Cancellable = {},
  ): Promise<readonly PermissionNeed[]> {
    const connected = this.#session !== undefined;
    try {
      const { client, hello } = await this.#open(options);
      const isSrv = parseUri(this.#options.uri).isSRV;
      const direct = client.options.directConnection === true;
      const members: string[] = direct
        ? []
        : [...hello.hosts ?? [], ...hello.passives ?? [], ...hello.arbiters ?? []];
      const seeds = isSrv ? client.options.hosts.map((host) => host.toString()) : [];
      const found = [...seeds, ...members].flatMap((host) => hostNeeds(host, "reach a member"));
      // The wildcard for a name not yet asked is not needed once the hosts are known.
      const known = this.permissions().filter(({ target }) => !isSrv || !target.startsWith("*."));
      return unique([...known, ...isSrv ? await nameServerNeeds() : [], ...found]);
    } finally {
      if (!connected) await this.disconnect();
    }
  }

  /**
   * Connects and logs in. Idempotent; a failure leaves nothing open.
   *
   * @param options How to stop it.
   * @throws {ConnectError} If no server answers in time, or it does not accept the login.
   * @throws {PermissionError} If the runtime does not allow to reach the server.
   */
  override async connect(options: Cancellable = {}): Promise<void> {
    await this.#open(options);
  }

  /**
   * What tells the server from every other, behind any name or port: the number of its process, which
   * MongoDB 4.4 and later give.
   *
   * @param options How to stop it.
   * @returns The number, or `undefined` from an older server.
   * @throws {ConnectError} If no server answers.
   */
  async identity(options: Cancellable = {}): Promise<string | undefined> {
    const { hello } = await this.#open(options);
    return hello.topologyVersion?.processId?.toString();
  }

  /** Lets go of the server. Idempotent; safe if never connected. */
  override async disconnect(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    const opened = await session?.catch(() => undefined);
    await opened?.client.close();
  }

  #open(options: Cancellable): Promise<MongoSession> {
    if (this.#session !== undefined) return this.#session;
    const session = openSession(this.#options, options);
    this.#session = session;
    session.catch(() => {
      if (this.#session === session) this.#session = undefined;
    });
    return session;
  }

  #makeSource(): Source {
    const open = (options: Cancellable) => this.#open(withSignal(options));
    return {
      capabilities: {
        rereadable: true,
        resumable: true,
        // The server's own order is not promised; in `_id` order two reads agree.
        ordered: false,
        fidelity: "bytes",
        query: ["filter", "projection", "sort", "skip", "limit", "sample"],
        pointInTime: false,
        interleaved: "asked",
      },
      async *describe(options: DescribeOptions = {}): AsyncGenerator<CollectionInfo, void, void> {
        try {
          const session = await open(options);
          yield* describeAccounts(session, options);
          yield* describeCollections(session, options);
        } catch (error) {
          throw atStage(error, "source");
        }
      },
      async origin(options: Cancellable = {}): Promise<Origin> {
        return await originOf(await open(options));
      },
      async *read(options: ReadOptions = {}): AsyncGenerator<SourceItem, void, void> {
        try {
          yield* readCollections(await open(options), options);
        } catch (error) {
          throw atStage(error, "source");
        }
      },
    };
  }

  #makeTarget(): Target {
    const { uri, database, collection } = this.#options;
    const display = this.display;
    const open = (options: Cancellable) => this.#open(withSignal(options));
    return {
      ...(database === undefined
        ? {}
        : { place: { db: database, ...(collection === undefined ? {} : { collection }) } }),
      capabilities: {
        collections: this.#options.collection === undefined ? "many" : "one",
        options: true,
        indexes: true,
        views: true,
        // Where the server has none either, only the first time series tells.
        buckets: false,
        validates: true,
        sequential: false,
        onConflict: ["report", "skip", "stop", "replace"],
        // Names that it does not take are refused before one is written.
        announced: true,
      },
      async check(namespaces: readonly Namespace[], options: Cancellable = {}): Promise<void> {
        const [{ checkRights }, { refuseNames }] = await Promise.all([
          import("./_rights.ts"),
          import("./_names.ts"),
        ]);
        const session = await open(options);
        refuseNames(namespaces, session.hello.maxWireVersion);
        await checkRights(session, namespaces, options);
      },
      async open(options: OpenOptions = {}): Promise<Writer> {
        if (option(parseUri(uri), "w") === "0") {
          throw new UsageError(`Cannot write "${display}": with w=0 no write is acknowledged`, {
            hint: "leave w=0 out of the address",
          });
        }
        const { openMongoWriter } = await import("./writer.ts");
        try {
          return await openMongoWriter(await open(options), options);
        } catch (error) {
          throw atStage(error, "target");
        }
      },
    };
  }
}

function checkNames(options: MongoConnectorOptions, display: string): void {
  const { database, collection, usersAndRoles = false } = options;
  if (usersAndRoles && collection !== undefined) {
    throw new UsageError(
      `Cannot take the users and roles of "${display}": they belong to a database or a server`,
      { hint: "name the database alone, and --include its collection" },
    );
  }
  if (collection !== undefined && (database === undefined || database === "")) {
    throw new UsageError(`Cannot use "${display}": collection "${collection}" has no database`, {
      hint: "name the database too",
    });
  }
  if (database === "" || collection === "") {
    throw new UsageError(`Cannot use "${display}": a name is empty`, {
      hint: "leave it out to mean all of them",
    });
  }
  const bad = /[/\\. "$\0]/.exec(database ?? "");
  if (bad) {
    throw new UsageError(`Cannot use "${display}": a database name cannot hold "${bad[0]}"`);
  }
  if (collection?.includes("\0")) {
    throw new UsageError(`Cannot use "${display}": a collection name cannot hold a zero byte`);
  }
}

function withSignal({ signal }: Cancellable): Cancellable {
  return signal === undefined ? {} : { signal };
}

function atStage(error: unknown, stage: Stage): unknown {
  if (error instanceof DatahoodError) error.stage ??= stage;
  return error;
}

function unique(needs: readonly PermissionNeed[]): readonly PermissionNeed[] {
  const seen = new Map<string, PermissionNeed>();
  for (const need of needs) {
    const key = `${need.kind}\0${need.target}`;
    if (!seen.has(key)) seen.set(key, need);
  }
  return [...seen.values()];
}
