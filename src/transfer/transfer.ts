import {
  type CollectionInfo,
  type Connector,
  formatNamespace,
  type Namespace,
  type OpenOptions,
  type Source,
  type Target,
  type TransferSummary,
  UnsupportedError,
  UsageError,
} from "../core/mod.ts";
import { isSameServer, refuseSameCollection, refuseSameFile } from "./_refuse_same.ts";
import { refuseIncomplete } from "./_refuse_incomplete.ts";
import { placedIn } from "./_placed_in.ts";
import { type CheckedOptions, checkOptions, type TransferOptions } from "./options.ts";
import { Run } from "./_run.ts";
import { atStage } from "./_stage.ts";

/**
 * Moves documents from one connector to another, as raw batches.
 *
 * Connects both if they are not; letting go of them is the caller's (`await using`). While a batch is
 * written the next ones are read. What is held between the two is bounded in bytes, what fails with
 * an error that may pass is tried again, and a document is counted once the target acknowledged it.
 * A run that fails or is stopped leaves a file target as it was; its error carries what was done
 * until then as `result`.
 *
 * @param source Where documents come from.
 * @param target Where they go.
 * @param options What to move, and how.
 * @returns What was done.
 * @throws {UsageError} If the target is the source, two collections would become one, or
 * `bypassDocumentValidation` is asked of a target without validators.
 * @throws {UnsupportedError} If the source cannot be read, the target not be written, or it cannot
 * do what `onConflict` asks.
 * @throws {DataError} If the source holds what its format does not allow, with the position, or lacks
 * the documents of a collection that would be replaced.
 * @throws {LoadError} If the target stops the run, or `stopOnError` does.
 * @throws {InterruptedError} If the signal came.
 *
 * @example
 * ```ts
 * import { BsonConnector, NullConnector, transfer } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/people.bson`;
 * await using people = new BsonConnector({ path });
 * await people.loadData([{ _id: 1, name: "Ada" }, { _id: 2, name: "Grace" }]);
 *
 * await using copy = new BsonConnector({ path: `${path}.gz` });
 * const summary = await transfer(people, copy);
 * assertEquals(summary.counts.written, 2);
 *
 * const counted = await transfer(copy, new NullConnector());
 * assertEquals(counted.counts.read, 2);
 * ```
 */
export async function transfer(
  source: Connector,
  target: Connector,
  options: TransferOptions = {},
): Promise<TransferSummary> {
  const checked = checkOptions(options);
  const from = sourceOf(source);
  const to = targetOf(target, options);
  const connecting = checked.signal === undefined ? {} : { signal: checked.signal };
  await atStage("source", () => source.connect(connecting));
  await atStage("target", () => target.connect(connecting));
  await refuseSameFile(source, target);
  const sameServer = await isSameServer(source, target, connecting);
  const rename = options.rename ?? ((namespace: Namespace) => placed(namespace, to));
  const map = (namespace: Namespace): Namespace => {
    const renamed = rename(namespace);
    if (sameServer) refuseSameCollection(target, namespace, renamed);
    return renamed;
  };
  await atStage("source", () => refuseIncomplete(from, source.display, checked));
  if (sameServer) await atStage("source", () => refuseReadAndWritten(from, map, checked));
  const announced = to.capabilities.announced
    ? await atStage("source", () => announce(from, map, checked))
    : {};
  return await new Run(from, to, target, map, { ...checked, ...announced }).run();
}

/** Refuses to write within one server into what is still to be read, as when two names are swapped. */
async function refuseReadAndWritten(
  source: Source,
  map: (namespace: Namespace) => Namespace,
  { include, signal }: CheckedOptions,
): Promise<void> {
  const taken = new Map<string, Namespace>();
  for await (const { namespace } of source.describe(signal === undefined ? {} : { signal })) {
    if (include === undefined || include(namespace)) {
      taken.set(formatNamespace(namespace), namespace);
    }
  }
  for (const [from, namespace] of taken) {
    const to = formatNamespace(map(namespace));
    if (!taken.has(to)) continue;
    throw new UsageError(`Cannot write "${from}" to "${to}": that is read too`, {
      hint: "rename to names that are free first, then to those that are wanted",
    });
  }
}

/** What a target is told that has to know at the beginning what will come. */
async function announce(
  source: Source,
  map: (namespace: Namespace) => Namespace,
  { include, signal }: CheckedOptions,
): Promise<Pick<OpenOptions, "collections" | "origin">> {
  const asking = signal === undefined ? {} : { signal };
  const collections: CollectionInfo[] = [];
  for await (const info of source.describe(asking)) {
    if (include !== undefined && !include(info.namespace)) continue;
    collections.push({ ...info, namespace: map(info.namespace) });
  }
  const origin = await source.origin?.(asking);
  return { collections, ...(origin === undefined ? {} : { origin }) };
}

function sourceOf({ source, display }: Connector): Source {
  if (source !== undefined) return source;
  throw new UnsupportedError(`Cannot read from "${display}": it can only be written`, {
    stage: "source",
  });
}

function targetOf(
  { target, display }: Connector,
  { onConflict, bypassDocumentValidation = false }: TransferOptions,
): Target {
  if (target === undefined) {
    throw new UnsupportedError(`Cannot write to "${display}": it can only be read`, {
      stage: "target",
    });
  }
  const able = target.capabilities.onConflict;
  if (onConflict !== undefined && !able.includes(onConflict)) {
    throw new UnsupportedError(
      `Cannot use onConflict "${onConflict}" with "${display}": it can ${able.join(", ")}`,
      { stage: "target" },
    );
  }
  if (bypassDocumentValidation && target.capabilities.validates !== true) {
    throw new UsageError(
      `Cannot use bypassDocumentValidation with "${display}": it has no validators`,
      { hint: "leave it out: every document is taken", stage: "target" },
    );
  }
  return target;
}

/** The name a collection gets where the caller maps none: as the target was made. */
function placed(from: Namespace, { place }: Target): Namespace {
  const { db, collection } = place ?? {};
  if (collection === undefined) return db === undefined ? from : placedIn(db, from);
  return { db: db ?? from.db, collection };
}
