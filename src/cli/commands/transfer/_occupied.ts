import { isThisMachine } from "../../../connectors/_mongodb_address.ts";
import {
  type CollectionInfo,
  type Connector,
  formatNamespace,
  type Namespace,
  NotFoundError,
  UsageError,
} from "../../../core/mod.ts";
import { accountsOf } from "../../../mongodump/mod.ts";
import { atStage } from "../../../transfer/_stage.ts";
import type { CliIo } from "../../_io.ts";
import { formatDocuments } from "../../render/_units.ts";
import type { Reporter } from "../../render/reporter.ts";
import type { TransferPlan } from "./_plan.ts";
import type { TransferJob } from "./run.ts";

/** Whether a collection holds something; its estimate may be missing or old. */
async function holdsDocuments(
  target: Connector,
  { namespace, type, estimate }: CollectionInfo,
  signal: AbortSignal,
): Promise<boolean> {
  if (type === "view") return true;
  if (estimate?.documents !== undefined) return estimate.documents > 0;
  const include = ({ db, collection }: Namespace) =>
    db === namespace.db && collection === namespace.collection;
  const items = target.source!.read({ include, batchDocuments: 1, signal });
  for await (const item of items) {
    if (item.type !== "batch") continue;
    item.batch.release?.();
    return item.batch.starts.length > 0;
  }
  return false;
}

/** The collections that would be written and hold documents already. */
async function occupied(
  target: Connector,
  plan: TransferPlan,
  signal: AbortSignal,
): Promise<CollectionInfo[]> {
  const written = new Set(plan.collections.map(({ to }) => formatNamespace(to)));
  const found: CollectionInfo[] = [];
  try {
    for await (const info of target.source!.describe({ signal })) {
      if (!written.has(formatNamespace(info.namespace))) continue;
      if (await holdsDocuments(target, info, signal)) found.push(info);
    }
  } catch (error) {
    // What is not there is empty.
    if (!(error instanceof NotFoundError)) throw error;
  }
  return found;
}

/** Whose users and roles go that the source does not have. */
function droppedAccounts({ collections }: TransferPlan): string[] {
  const found = collections.flatMap(({ to }) => {
    const accounts = accountsOf(to);
    if (accounts === undefined || accounts.part === "version") return [];
    const { part, database } = accounts;
    return [`all other ${part} of ${database === undefined ? "the server" : database}`];
  });
  return [...new Set(found)];
}

function describe({ namespace, estimate }: CollectionInfo): string {
  const count = estimate?.documents;
  const about = count === undefined ? "" : ` (about ${formatDocuments(count)})`;
  return `${formatNamespace(namespace)}${about}`;
}

/**
 * Makes sure that documents which are there may be joined by others, or dropped: asked on a
 * terminal, answered by `--yes`, no question on this machine.
 *
 * @throws {UsageError} If nobody allows it.
 */
export async function allowOccupied(
  job: TransferJob,
  target: Connector,
  plan: TransferPlan,
  reporter: Reporter,
  io: CliIo,
  signal: AbortSignal,
): Promise<void> {
  const { flags, source } = job;
  if (job.target.kind !== "mongodb" || target.source === undefined) return;
  const onlyTold = flags.dryRun || flags.plan;
  const allowed = flags.yes || isThisMachine(job.target);
  // Nothing to ask and nothing to say: a user who may only insert is not asked to read.
  if (allowed && !flags.drop && !onlyTold) return;
  const found = (await atStage("target", () => occupied(target, plan, signal))).map(describe);
  if (flags.drop) found.push(...droppedAccounts(plan));
  if (found.length === 0) return;
  const list = found.join(", ");
  const is = found.length === 1 ? "is" : "are";
  if (flags.drop) reporter.line("info", `Drops ${list}`);
  if (onlyTold) {
    if (!flags.drop) reporter.line("info", `${list} ${is} not empty`);
    return;
  }
  if (allowed) return;
  const question = flags.drop
    ? `Drop ${list} at ${job.target.display}?`
    : `${list} at ${job.target.display} ${is} not empty. Write into ${
      found.length === 1 ? "it" : "them"
    }?`;
  const answer = source.path === "-" ? undefined : await io.ask(`${question} [y/N]`, signal);
  if (answer !== undefined && /^y(?:es)?$/i.test(answer)) return;
  throw new UsageError(
    flags.drop
      ? `Cannot drop ${list} at "${job.target.display}": nobody said yes.`
      : `Cannot write into "${job.target.display}": ${list} ${is} not empty.`,
    {
      hint: flags.drop
        ? "--yes says yes"
        : "--yes writes into what is there, --drop --yes replaces it",
    },
  );
}
