/** Builds a collection's indexes after its data. */
import { EJSON } from "bson";
import { formatNamespace, type Issue, type Namespace, type OpenOptions } from "../../core/mod.ts";
import { type IndexSpec, indexSpecsOf, modernSpec } from "./_index_spec.ts";
import { commandFailure, type Sending } from "./_sending.ts";
import type { TargetCollection } from "./_target_collection.ts";
import { isRetryable } from "./translate_error.ts";

const UNAUTHORIZED = 13;
const NO_ROOM = 14031;

/** Why an index could not be built, by the server's code. */
const REASONS: Readonly<Record<number, string>> = {
  67: "the server does not build such an index",
  85: "an index on the same fields is there with other options",
  86: "another index of this name is there",
  11000: "its values are not unique in the documents",
  27: "there is no such collection",
  59: "the server does not know such an index",
  115: "the server does not build such an index",
  238: "the server does not build such an index",
};

/**
 * Builds the indexes of a collection: all in one pass over it, and where that fails one by one, so
 * that one which cannot be built does not keep the others away.
 *
 * @param sending What it is sent with.
 * @param target The collection.
 * @param open Which indexes to build.
 * @returns Which were left out or could not be built, and which will delete documents.
 * @throws {DatahoodError} If the server is lost, or the user may not build indexes.
 */
export async function buildIndexes(
  sending: Sending,
  target: TargetCollection,
  open: OpenOptions,
): Promise<readonly Issue[]> {
  const { info } = target;
  // Those of a time series are built on it, wherever its buckets went.
  const { namespace } = info;
  const { indexes: which = "all" } = open;
  if (which === "none" || info.indexes === undefined || info.type === "view") return [];
  const shown = formatNamespace(namespace);
  const issues: Issue[] = [];
  const say = (code: string, level: Issue["level"], message: string) => {
    issues.push({ code, level, message, namespace });
  };
  let specs = indexSpecsOf(info.indexes);
  if (which === "no-ttl") {
    for (const { name, ttl } of specs) {
      if (ttl === undefined) continue;
      say("ttl-left-out", "info", `the TTL index "${name}" of ${shown} was left out`);
    }
    specs = specs.filter(({ ttl }) => ttl === undefined);
  }
  if (specs.length === 0) return issues;
  const build = (list: readonly ReadonlyMap<string, unknown>[]) => {
    const { client, writeConcern } = sending;
    return client.db(namespace.db)
      .command({ createIndexes: namespace.collection, indexes: list, writeConcern });
  };
  const built = new Set<IndexSpec>();
  try {
    await build(specs.map(({ spec }) => spec));
    specs.forEach((spec) => built.add(spec));
  } catch (error) {
    throwIfHopeless(error, sending, target);
    for (const spec of specs) {
      if (await buildOne(build, sending, target, spec, say)) built.add(spec);
    }
  }
  for (const spec of built) await sayTtl(sending, target, spec, say);
  return issues;
}

type Say = (code: string, level: Issue["level"], message: string) => void;

async function buildOne(
  build: (list: readonly ReadonlyMap<string, unknown>[]) => Promise<unknown>,
  sending: Sending,
  target: TargetCollection,
  spec: IndexSpec,
  say: Say,
): Promise<boolean> {
  const { namespace } = target.info;
  const shown = formatNamespace(namespace);
  try {
    await build([spec.spec]);
    return true;
  } catch (error) {
    throwIfHopeless(error, sending, target);
    const modern = modernSpec(spec);
    if (modern !== undefined) {
      try {
        await build([modern.spec]);
        say(
          "index-changed",
          "warning",
          `the index "${spec.name}" of ${shown} was built without what current servers do not ` +
            `take: ${modern.changed.join(", ")}`,
        );
        return true;
      } catch (again) {
        throwIfHopeless(again, sending, target);
      }
    }
    const { code, codeName } = error as { code?: number; codeName?: string };
    const known = code === undefined ? undefined : REASONS[code];
    const said = codeName === undefined ? `code ${code}` : `${codeName} ${code}`;
    say(
      "index-not-built",
      "warning",
      `the index "${spec.name}" of ${shown} was not built: ` +
        (known === undefined ? `the server refuses it (${said})` : `${known} (${said})`) +
        `; to build it alone: ${commandOf(namespace, spec)}`,
    );
    return false;
  }
}

/** What builds one index, to be pasted into mongosh. */
function commandOf({ db, collection }: Namespace, { spec }: IndexSpec): string {
  const command = { createIndexes: collection, indexes: [spec] };
  return `db.getSiblingDB(${JSON.stringify(db)}).runCommand(${EJSON.stringify(command)})`;
}

/** Errors that the next index would meet too. */
function throwIfHopeless(error: unknown, sending: Sending, { namespace }: TargetCollection): void {
  const { code } = error as { code?: unknown };
  if (
    typeof code === "number" && code !== UNAUTHORIZED && code !== NO_ROOM && !isRetryable(error)
  ) {
    return;
  }
  throw commandFailure(error, sending, namespace, "createIndexes", "build the indexes of");
}

/** Says aloud what a TTL index will delete, and whether it has something to delete at once. */
async function sayTtl(
  { client }: Sending,
  { info: { namespace } }: TargetCollection,
  { name, ttl }: IndexSpec,
  say: Say,
): Promise<void> {
  if (ttl === undefined) return;
  const { field, seconds } = ttl;
  const before = new Date(Date.now() - seconds * 1000);
  const collection = client.db(namespace.db).collection(namespace.collection);
  const shown = formatNamespace(namespace);
  const after = `${spanOf(seconds)} after "${field}"`;
  const due = Number.isNaN(before.getTime()) ? null : await collection
    .findOne({ [field]: { $lt: before } }, { projection: { _id: 1 }, hint: name })
    .catch(() => null);
  say(
    "ttl-index",
    "warning",
    due === null
      ? `the index "${name}" of ${shown} deletes documents ${after}; --indexes no-ttl leaves it out`
      : `the index "${name}" of ${shown} deletes documents ${after}, and some of those written ` +
        `are older: the server deletes them now; --indexes no-ttl leaves the index out`,
  );
}

const UNITS = [["year", 31_557_600], ["day", 86_400], ["hour", 3600], ["minute", 60]] as const;

/** A time in the unit that suits it, with the seconds: `about 32 years (1000000000 s)`. */
export function spanOf(seconds: number): string {
  const unit = UNITS.find(([, size]) => seconds >= 2 * size || seconds === size);
  if (unit === undefined) return `${seconds} s`;
  const [name, size] = unit;
  const count = Math.round(seconds / size);
  const about = count * size === seconds ? "" : "about ";
  return `${about}${count} ${name}${count === 1 ? "" : "s"} (${seconds} s)`;
}
