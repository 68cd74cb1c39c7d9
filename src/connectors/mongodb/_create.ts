/** Makes the target ready for a collection. */
import { deserialize, type Document, serialize } from "bson";
import {
  type CollectionInfo,
  formatNamespace,
  type Issue,
  LoadError,
  type OpenOptions,
  UnsupportedError,
  UsageError,
} from "../../core/mod.ts";
import { bucketsOfSeries } from "../../mongodump/mod.ts";
import { differingOptions, DROPPED_OPTIONS, type Existing, findExisting } from "./_existing.ts";
import { idIndexOf } from "./_index_spec.ts";
import { commandFailure, type Sending } from "./_sending.ts";
import type { TargetCollection } from "./_target_collection.ts";
import { valuesOf } from "./_values.ts";

const UNAUTHORIZED = 13;
const NOT_FOUND = 26;
const EXISTS = 48;
const BAD_NAMES = new Set([73, 20, 2]);

/** Options without which a collection holds the same documents; a server may not know them. */
const SOFT_OPTIONS = ["storageEngine", "indexOptionDefaults", "changeStreamPreAndPostImages"];
/** Codes that blame an option. */
const OPTION_CODES = new Set([2, 9, 14, 59, 72, 115, 238, 40415]);

/**
 * Creates a collection with its options, or looks at the one that is there.
 *
 * @param sending What it is sent with.
 * @param info What the source says of it.
 * @param open What becomes of what is there.
 * @returns The collection, with what is worth saying.
 * @throws {LoadError} If something else is there under its name.
 * @throws {UsageError} If the server does not take its name.
 */
export async function createTarget(
  sending: Sending,
  info: CollectionInfo,
  open: OpenOptions,
): Promise<TargetCollection> {
  const { namespace } = info;
  const issues: Issue[] = [];
  const say = (code: string, level: Issue["level"], message: string) => {
    issues.push({ code, level, message, namespace });
  };
  let existing = await lookUp(sending, info, open);
  if (existing === "unknown") return collectionOf(info, {}, issues);
  if (existing !== undefined && open.overwrite && open.resume === undefined) {
    await drop(sending, info);
    say("dropped", "info", `${formatNamespace(namespace)} was there and was dropped`);
    existing = undefined;
  }
  const wanted = wantedOptions(info, open, say);
  if (existing === undefined) {
    existing = await create(sending, info, wanted, say);
    if (existing === undefined) {
      if (info.buckets !== true) return collectionOf(info, plain(wanted), issues);
      try {
        return await bucketsOf(sending, info, issues);
      } catch (error) {
        await drop(sending, info).catch(() => {});
        throw error;
      }
    }
  }
  checkKind(sending, info, existing, say);
  if (info.options !== undefined && info.type === existing.type) {
    const differing = differingOptions(plain(wanted), existing);
    if (differing.length > 0) {
      say(
        "options-differ",
        "warning",
        `${formatNamespace(namespace)} is already there with other options, which are kept: ` +
          differing.join(", "),
      );
    }
  }
  if (info.buckets === true) return await bucketsOf(sending, info, issues);
  return collectionOf({ ...info, type: existing.type }, existing.options, issues);
}

/** The collection behind a time series, into which its buckets go; not every server has one. */
async function bucketsOf(
  sending: Sending,
  info: CollectionInfo,
  issues: readonly Issue[],
): Promise<TargetCollection> {
  const { db, collection } = info.namespace;
  const namespace = { db, collection: bucketsOfSeries(collection) };
  const shown = formatNamespace(info.namespace);
  if (await findExisting(sending, namespace) === undefined) {
    throw new UnsupportedError(
      `Cannot write "${shown}": the source has the buckets of this time series, and the server has ` +
        `no "${namespace.collection}" for them`,
      { stage: "target", hint: `leave it out with --exclude '${shown}'` },
    );
  }
  // Each bucket has its `_id`, as the documents of any collection.
  return { ...collectionOf(info, {}, issues), namespace, timeseries: false };
}

type Say = (code: string, level: Issue["level"], message: string) => void;

function collectionOf(
  info: CollectionInfo,
  options: Document,
  issues: readonly Issue[],
): TargetCollection {
  return {
    namespace: info.namespace,
    info,
    timeseries: info.type === "timeseries" || options.timeseries !== undefined,
    capped: options.capped === true,
    issues,
    last: Promise.resolve(),
    emptyTimestamps: 0,
  };
}

async function lookUp(
  sending: Sending,
  info: CollectionInfo,
  open: OpenOptions,
): Promise<Existing | undefined | "unknown"> {
  try {
    return await findExisting(sending, info.namespace);
  } catch (error) {
    // A user who may only insert does so; whether that works the first insert will tell.
    const insertOnly = sending.loggedIn && !open.overwrite && info.options === undefined &&
      info.type === "collection";
    if ((error as { code?: unknown }).code === UNAUTHORIZED && insertOnly) return "unknown";
    throw commandFailure(error, sending, info.namespace, "listCollections");
  }
}

async function drop(sending: Sending, { namespace }: CollectionInfo) {
  const { client, writeConcern } = sending;
  try {
    await client.db(namespace.db).command({ drop: namespace.collection, writeConcern });
  } catch (error) {
    if ((error as { code?: unknown }).code === NOT_FOUND) return;
    throw commandFailure(error, sending, namespace, "drop", "drop");
  }
}

/** The options for `create`: what the source lists, but for what belongs to the original alone. */
function wantedOptions(info: CollectionInfo, open: OpenOptions, say: Say): Map<string, unknown> {
  const wanted = info.options === undefined ? new Map<string, unknown>() : valuesOf(info.options);
  for (const name of DROPPED_OPTIONS) wanted.delete(name);
  if (open.indexes === "no-ttl" && wanted.delete("expireAfterSeconds")) {
    say("ttl-left-out", "info", "documents do not expire: expireAfterSeconds was left out");
  }
  return wanted;
}

/** Options as plain values, to compare them. */
function plain(wanted: ReadonlyMap<string, unknown>): Document {
  return deserialize(serialize(wanted));
}

/** Creates it; gives what is there if something is, after all. */
async function create(
  sending: Sending,
  info: CollectionInfo,
  wanted: Map<string, unknown>,
  say: Say,
): Promise<Existing | undefined> {
  const { namespace } = info;
  const idIndex = info.type === "collection" && !wanted.has("clusteredIndex")
    ? idIndexOf(info.indexes ?? [])
    : undefined;
  const send = (options: ReadonlyMap<string, unknown>) => {
    const command = {
      create: namespace.collection,
      ...Object.fromEntries(options),
      ...(idIndex === undefined ? {} : { idIndex }),
      writeConcern: sending.writeConcern,
    };
    return sending.client.db(namespace.db).command(command);
  };
  try {
    await send(wanted);
    return undefined;
  } catch (error) {
    const code = (error as { code?: unknown }).code as number;
    if (code === EXISTS) return await findExisting(sending, namespace);
    const soft = SOFT_OPTIONS.filter((name) => wanted.has(name));
    if (soft.length > 0 && OPTION_CODES.has(code)) {
      const hard = new Map([...wanted].filter(([name]) => !soft.includes(name)));
      if (await send(hard).then(() => true, () => false)) {
        say(
          "options-not-carried",
          "warning",
          `the server does not take these options of ${formatNamespace(namespace)}: ` +
            soft.join(", "),
        );
        return undefined;
      }
    }
    throw createFailure(error, sending, info, wanted);
  }
}

function createFailure(
  error: unknown,
  sending: Sending,
  { namespace, type }: CollectionInfo,
  wanted: ReadonlyMap<string, unknown>,
): Error {
  const { code, name } = error as { code?: number; name?: string };
  const shown = formatNamespace(namespace);
  const cause = { cause: error, stage: "target" } as const;
  if (
    name === "MongoInvalidArgumentError" || (code === 73) ||
    (wanted.size === 0 && BAD_NAMES.has(code!))
  ) {
    return new UsageError(`Cannot create "${shown}": the server does not take this name`, {
      ...cause,
      hint: "--rename gives it another",
    });
  }
  if (wanted.size > 0 && OPTION_CODES.has(code!)) {
    const what = type === "view" ? "view" : type === "timeseries" ? "time series" : "collection";
    const { codeName = "code" } = error as { codeName?: string };
    return new UnsupportedError(
      `Cannot create "${shown}": the server does not take this ${what}'s options ` +
        `(${[...wanted.keys()].join(", ")}; ${codeName} ${code})`,
      {
        ...cause,
        hint: "create it at the target as it should be, and copy into that; or leave it out: " +
          `--exclude '${shown}'`,
      },
    );
  }
  return commandFailure(error, sending, namespace, "create", "create");
}

/** A view and a collection of the same name cannot take each other's place. */
function checkKind(sending: Sending, info: CollectionInfo, existing: Existing, say: Say): void {
  if (info.type === existing.type) return;
  const shown = formatNamespace(info.namespace);
  if (existing.type === "view") {
    throw new LoadError(`Cannot write to "${sending.shown(info.namespace)}": it is a view`, {
      hint: "--drop drops it; --rename gives the collection another name",
      stage: "target",
    });
  }
  if (info.type === "view") {
    say(
      "view-not-carried",
      "warning",
      `${shown} is already there and is no view: it is left alone`,
    );
  } else if (info.options !== undefined) {
    const is = existing.type === "timeseries" ? "a time series" : "a plain collection";
    say("options-differ", "warning", `${shown} is already there, and is ${is}`);
  }
}
