import type { Db } from "mongodb";
import { Binary, deserialize } from "bson";
import {
  type CollectionInfo,
  type CollectionType,
  type DescribeOptions,
  type Namespace,
  NotFoundError,
  type Origin,
  throwIfInterrupted,
} from "../../core/mod.ts";
import { bucketsOfSeries } from "../../mongodump/mod.ts";
import { nearest } from "../_nearest.ts";
import { estimateOf, sizeOf } from "./_estimate.ts";
import { compareNamespaces } from "./_position.ts";
import { copy, rawField } from "./_raw.ts";
import { displayOf } from "./options.ts";
import type { MongoSession } from "./session.ts";
import { translateError } from "./translate_error.ts";

/** Databases that a server keeps for itself. */
const SYSTEM_DATABASES = new Set(["admin", "config", "local"]);
const UNAUTHORIZED = 13;
const NAMES_SHOWN = 10;

/** A collection as `listCollections` tells of it. */
interface Listed {
  readonly name: string;
  readonly type: CollectionType;
  readonly options?: Uint8Array;
  /** 32 hex digits. */
  readonly uuid?: string;
}

/**
 * Lists the collections that a session's connector stands for, ordered by name.
 *
 * @param session The session.
 * @param cancel How to stop it.
 * @param include Only these; for the others nothing more is asked.
 * @returns Each with its options and indexes as the server's own bytes, and an estimate.
 * @throws {NotFoundError} If the database or collection that is named is not there.
 */
export async function* describeCollections(
  session: MongoSession,
  { signal, sizes = false }: DescribeOptions = {},
  include: (namespace: Namespace) => boolean = () => true,
): AsyncGenerator<CollectionInfo, void, void> {
  const { database, collection } = session.options;
  const databases = database === undefined ? await listDatabases(session) : [database];
  for (const name of databases) {
    throwIfInterrupted(signal);
    const db = session.client.db(name);
    for (const listed of await listCollections(session, db, collection)) {
      throwIfInterrupted(signal);
      const namespace = { db: name, collection: listed.name };
      if (include(namespace)) yield await complete(session, db, namespace, listed, sizes);
    }
  }
}

/**
 * Describes one collection, whatever its name.
 *
 * @param session The session.
 * @param namespace Which.
 * @returns What is known of it; `undefined` where the server does not list it.
 */
export async function describeOne(
  session: MongoSession,
  namespace: Namespace,
): Promise<CollectionInfo | undefined> {
  const db = session.client.db(namespace.db);
  try {
    const [listed] = await list(db, { name: namespace.collection });
    return listed === undefined ? undefined : await complete(session, db, namespace, listed);
  } catch (error) {
    // Who may read it need not be allowed to list it.
    if ((error as { code?: unknown }).code === UNAUTHORIZED) return undefined;
    const { display, loggedIn } = session;
    const command = "listCollections";
    throw translateError(error, { action: "read", display, command, namespace, loggedIn });
  }
}

async function listDatabases(session: MongoSession): Promise<string[]> {
  const names = await databaseNames(session);
  return names.filter((name) => !SYSTEM_DATABASES.has(name)).sort(byCodeUnits);
}

async function databaseNames({ client, display, loggedIn }: MongoSession): Promise<string[]> {
  try {
    const { databases } = await client.db("admin").admin().listDatabases({ nameOnly: true });
    return databases.map(({ name }) => name);
  } catch (error) {
    throw translateError(error, { action: "read", display, command: "listDatabases", loggedIn });
  }
}

async function listCollections(
  session: MongoSession,
  db: Db,
  wanted: string | undefined,
): Promise<Listed[]> {
  let found: Listed[];
  try {
    found = await list(db, wanted === undefined ? {} : { name: wanted });
  } catch (error) {
    // Who may read one collection need not be allowed to list them.
    if (wanted !== undefined && (error as { code?: unknown }).code === UNAUTHORIZED) {
      return [{ name: wanted, type: "collection" }];
    }
    throw translateError(error, {
      action: "read",
      display: session.display,
      command: "listCollections",
      namespace: { db: db.databaseName, collection: "" },
      loggedIn: session.loggedIn,
    });
  }
  // A database of nothing but the server's own collections is as good as none, unless one of them is
  // named. The functions in `system.js` are the user's: mongodump takes them too.
  if (wanted === undefined) {
    found = found.filter(({ name }) => name === "system.js" || !name.startsWith("system."));
  }
  if (found.length === 0) await refuseMissing(session, db, wanted);
  return found.sort((a, b) =>
    compareNamespaces({ db: "", collection: a.name }, { db: "", collection: b.name })
  );
}

async function list(db: Db, filter: { name?: string }): Promise<Listed[]> {
  const cursor = db.listCollections(filter, { nameOnly: false, raw: true });
  const found: Listed[] = [];
  try {
    while (await cursor.hasNext()) {
      const buffered = cursor.readBufferedDocuments() as unknown[] as Uint8Array[];
      for (const bytes of buffered) found.push(listedOf(bytes));
    }
  } finally {
    await cursor.close();
  }
  return found;
}

function listedOf(bytes: Uint8Array): Listed {
  const { name, type, info } = deserialize(bytes) as {
    name: string;
    type?: string;
    info?: { uuid?: unknown };
  };
  const options = rawField(bytes, "options");
  const uuid = info?.uuid instanceof Binary ? info.uuid.toString("hex") : undefined;
  return {
    name,
    type: typeOf(type, options),
    ...(options === undefined ? {} : { options }),
    ...(uuid === undefined ? {} : { uuid }),
  };
}

function typeOf(type: string | undefined, options: Uint8Array | undefined): CollectionType {
  if (type === "view" || type === "timeseries") return type;
  // Not every server that has time series says so in the type.
  const timed = options !== undefined && rawField(options, "timeseries") !== undefined;
  return timed ? "timeseries" : "collection";
}

/** Says what is there instead, if nothing is there under the names that were given. */
async function refuseMissing(
  session: MongoSession,
  db: Db,
  wanted: string | undefined,
): Promise<void> {
  const { database, collection } = session.options;
  if (database === undefined) return;
  const databases = await databaseNames(session).catch(() => undefined);
  const cannot = `Cannot read "${session.display}"`;
  if (databases !== undefined && !databases.includes(database)) {
    throw new NotFoundError(`${cannot}: there is no database "${database}"`, {
      hint: hintOf(database, databases, "databases", (name) =>
        displayOf(session.options, {
          db: name,
          collection: collection ?? "",
        })),
    });
  }
  if (wanted === undefined) return;
  const listed = await list(db, {}).catch(() => []);
  const names = listed.map(({ name }) => name);
  throw new NotFoundError(`${cannot}: there is no collection "${wanted}" in "${database}"`, {
    hint: hintOf(wanted, names, "collections", (name) =>
      displayOf(session.options, {
        db: database,
        collection: name,
      })),
  });
}

function hintOf(
  typed: string,
  names: readonly string[],
  what: string,
  address: (name: string) => string,
): string {
  if (names.length === 0) return `there are no ${what}`;
  const near = nearest(typed, names);
  const sorted = [...names].sort(byCodeUnits);
  const shown = sorted.slice(0, NAMES_SHOWN).join(", ");
  const more = sorted.length > NAMES_SHOWN ? `, and ${sorted.length - NAMES_SHOWN} more` : "";
  const meant = near === undefined ? "" : `did you mean ${address(near)}? `;
  return `${meant}${what} there: ${shown}${more}`;
}

async function complete(
  session: MongoSession,
  db: Db,
  namespace: Namespace,
  { name, type, options, uuid }: Listed,
  sizes = false,
): Promise<CollectionInfo> {
  const info = {
    namespace,
    type,
    ...(options === undefined ? {} : { options }),
    ...(uuid === undefined ? {} : { uuid }),
  };
  if (type === "view") return info;
  const [indexes, estimate] = await Promise.all([
    listIndexes(db, name, session),
    // The numbers of a time series count its buckets.
    type === "timeseries" ? undefined : (sizes ? await sizeOf(db, name) : undefined) ??
      estimateOf(session.client, db.collection(name)),
  ]);
  return {
    ...info,
    ...(indexes === undefined ? {} : { indexes }),
    ...(estimate === undefined ? {} : { estimate }),
  };
}

async function listIndexes(
  db: Db,
  name: string,
  session: MongoSession,
): Promise<Uint8Array[] | undefined> {
  const cursor = db.collection(name).listIndexes({ raw: true });
  try {
    const found: Uint8Array[] = [];
    while (await cursor.hasNext()) {
      // A copy: a view would keep the whole reply.
      for (const bytes of cursor.readBufferedDocuments()) found.push(copy(bytes as Uint8Array));
    }
    return found;
  } catch (error) {
    const { code } = error as { code?: unknown };
    // Not allowed to know, or gone meanwhile: the documents may still be read.
    if (code === UNAUTHORIZED || code === 26) return undefined;
    const { display, loggedIn } = session;
    const command = "listIndexes";
    const namespace = { db: db.databaseName, collection: name };
    throw translateError(error, { action: "read", display, command, namespace, loggedIn });
  } finally {
    await cursor.close();
  }
}

/**
 * The collection that holds the buckets of a time series, where the server has one that may be read:
 * from 8.3 on there is none.
 *
 * @param session The session.
 * @param namespace The time series.
 * @returns Its name, or nothing.
 */
export async function findBuckets(
  session: MongoSession,
  { db, collection }: Namespace,
): Promise<Namespace | undefined> {
  const buckets = { db, collection: bucketsOfSeries(collection) };
  const database = session.client.db(db);
  try {
    if ((await list(database, { name: buckets.collection })).length === 0) return undefined;
    // To list it and to read it are two rights.
    await database.collection(buckets.collection).findOne({}, { projection: { _id: 1 } });
    return buckets;
  } catch {
    return undefined;
  }
}

/**
 * Which server it is.
 *
 * @param session The session.
 * @returns Its version, where it tells it.
 */
export async function originOf({ client }: MongoSession): Promise<Origin> {
  try {
    const { version } = await client.db("admin").command({ buildInfo: 1 });
    return typeof version === "string" ? { serverVersion: version } : {};
  } catch {
    // A hint for whoever reads a dump: no reason to fail.
    return {};
  }
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
