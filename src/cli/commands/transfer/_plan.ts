import {
  type Address,
  type Connector,
  formatNamespace,
  type Namespace,
  NotFoundError,
  UnsupportedError,
  UsageError,
} from "../../../core/mod.ts";
import { textField } from "../../../bson/_text_field.ts";
import { findElement } from "../../../bson/mod.ts";
import { accountsOf } from "../../../mongodump/mod.ts";
import {
  mapAll,
  type MappingTarget,
  planMapping,
  refuseIncomplete,
  type RenamePair,
} from "../../../transfer/mod.ts";
import { atStage } from "../../../transfer/_stage.ts";
import { refuseUnusedRename } from "../../_globs.ts";
import { refuseQuery, refuseSameCollections } from "./_refuse.ts";
import type { TransferJob } from "./run.ts";
import { descriptorOf } from "../_run.ts";

/** What becomes of what. */
export interface TransferPlan {
  /** Each collection of the source that is taken, and its name at the target. */
  readonly collections: readonly RenamePair[];
  /** The same as a function, for collections that appear later. */
  readonly map: (from: Namespace) => Namespace;
  /** Which of them are views, by their names at the source. */
  readonly views: ReadonlySet<string>;
  /** Which of them come with indexes, beside the one on `_id` that each has. */
  readonly indexed: ReadonlySet<string>;
}

/** Whether an address names one collection. */
function holdsOne({ kind, collection }: Address): boolean {
  if (descriptorOf(kind).holds === "many") return false;
  return kind !== "mongodb" || collection !== undefined;
}

function mappingTarget({ kind, display, database, collection, path }: Address): MappingTarget {
  if (descriptorOf(kind).holds === "many") return { holds: "many", display };
  if (path !== undefined) return { holds: "file", display };
  if (kind !== "mongodb") return { holds: "many", display };
  if (database === undefined) return { holds: "server", display };
  return collection === undefined
    ? { holds: "database", db: database, display }
    : { holds: "collection", db: database, collection, display };
}

/** The mapping of the addresses with `--rename` before it. */
function mappingOf({ source, target, flags }: TransferJob): TransferPlan["map"] {
  const to = mappingTarget(target);
  // What is chosen with --include may turn out to be one collection; the pipeline refuses a second.
  const one = holdsOne(source) || flags.include !== undefined;
  const map = planMapping({ holds: one ? "one" : "many", display: source.display }, to);
  const { rename } = flags;
  if (rename === undefined) return map;
  if (to.holds === "collection" || to.holds === "file") {
    throw new UsageError(`Cannot use --rename with "${target.display}": it is the name already.`, {
      hint: "leave --rename out",
    });
  }
  return (from) => {
    // A user is of the database that it logs in to: under another name it would be somebody else.
    const renamed = accountsOf(from) === undefined ? rename(from) : undefined;
    if (renamed === undefined) return map(from);
    if (to.holds === "database" && renamed.db !== "" && renamed.db !== to.db) {
      throw new UsageError(
        `Cannot rename "${formatNamespace(from)}" to "${
          formatNamespace(renamed)
        }": the target is ` +
          `the database "${to.db}".`,
        { hint: `--rename ${formatNamespace(from)}=${to.db}.${renamed.collection}` },
      );
    }
    return renamed.db === "" ? map({ db: from.db, collection: renamed.collection }) : renamed;
  };
}

/** Asks the source what it has, and says what becomes of it. */
export async function planTransfer(
  job: TransferJob,
  connector: Connector,
  signal: AbortSignal,
): Promise<TransferPlan> {
  const { source, target, flags } = job;
  if (connector.source === undefined) {
    throw new UnsupportedError(`Cannot read from "${source.display}": it can only be written.`, {
      stage: "source",
    });
  }
  const map = mappingOf(job);
  refuseQuery(job, connector.source);
  const views = new Set<string>(), indexed = new Set<string>();
  const found = await atStage("source", async () => {
    const found: Namespace[] = [];
    for await (const { namespace, type, indexes } of connector.source!.describe({ signal })) {
      found.push(namespace);
      if (type === "view") views.add(formatNamespace(namespace));
      if (indexes?.some(isBuilt)) indexed.add(formatNamespace(namespace));
    }
    return found;
  });
  const { include } = flags;
  const overwrite = flags.drop || flags.overwrite;
  await atStage("source", () =>
    refuseIncomplete(connector.source!, source.display, {
      ...(include === undefined ? {} : { include }),
      overwrite,
      signal,
    }));
  const taken = include === undefined ? found : found.filter(include);
  if (taken.length === 0 && found.length > 0) {
    throw new NotFoundError(
      `Cannot find a collection at "${source.display}" that --include and --exclude leave.`,
      { stage: "source", hint: `there are ${list(found)}` },
    );
  }
  const named = taken.filter((name) => accountsOf(name) === undefined);
  if (taken.length > 0) refuseUnusedRename(flags.renames, named);
  const collections = mapAll(taken, map);
  if (collections.length > 1 && mappingTarget(target).holds === "file") {
    throw new UsageError(
      `Cannot write ${list(taken)} to "${target.display}": a file holds one collection.`,
      { hint: "name one collection at the source" },
    );
  }
  refuseSameCollections(source, target, collections);
  return { collections, map, views, indexed };
}

/** Whether an index is built, rather than being there with its collection. */
function isBuilt(index: Uint8Array): boolean {
  if (findElement(index, 0, "clustered") !== undefined) return false;
  return textField(index, 0, "name") !== "_id_";
}

function list(namespaces: readonly Namespace[]): string {
  const most = 5;
  const names = namespaces.slice(0, most).map(formatNamespace).join(", ");
  return namespaces.length > most ? `${names} and ${namespaces.length - most} more` : names;
}

/** The two names of a line of the plan; a file is shown by its path. */
export function planLine({ source, target }: TransferJob, { from, to }: RenamePair): {
  from: string;
  to: string;
} {
  return {
    from: nameOf(source, from),
    to: nameOf(target, to),
  };
}

/** A collection as it is told: where the place is one file, that says it. */
function nameOf({ kind, display }: Address, namespace: Namespace): string {
  if (kind === "mongodb") return formatNamespace(namespace);
  return descriptorOf(kind).holds === "many"
    ? `${formatNamespace(namespace)} in ${display}`
    : display;
}
