import { lacksPassword, withPassword } from "../../../connectors/_mongodb_address.ts";
import {
  type Address,
  ConnectError,
  formatNamespace,
  type QueryPart,
  type Source,
  type Stage,
  UsageError,
} from "../../../core/mod.ts";
import { sameFile } from "../../../io/mod.ts";
import { type RenamePair, sameServer } from "../../../transfer/mod.ts";
import type { CliIo } from "../../_io.ts";
import { type NamedFile, refuseSameFiles } from "../_same_files.ts";
import type { TransferFlags } from "./_flags.ts";
import type { TransferJob } from "./run.ts";

/** Sources that may have users and roles. */
const WITH_ACCOUNTS: readonly string[] = ["mongodb", "dump", "archive"];

/** Refuses what cannot mean anything, before anything is opened. */
export function refuseImpossible({ source, target, flags, show, preset }: TransferJob, io: CliIo) {
  if (show.json && target.path === "-" && !flags.dryRun && !flags.plan) {
    throw new UsageError(
      'Cannot use --json with the target "-": standard output has the documents.',
      {
        hint: "--summary FILE writes the same object into a file",
      },
    );
  }
  if (show.quiet && show.verbose) {
    throw new UsageError("Cannot use --quiet with --verbose: one says less, the other more.");
  }
  if (source.path === "-" && io.inputIsTerminal) {
    throw new UsageError('Cannot read "-": standard input is a terminal.', {
      hint: "datahood transfer - … < orders.bson",
    });
  }
  if (target.path === "-" && io.outputIsTerminal && !flags.dryRun && !flags.plan) {
    throw new UsageError('Cannot write "-": standard output is a terminal, and BSON is not text.', {
      hint: "datahood transfer … - > orders.bson",
    });
  }
  if (flags.drop && target.kind !== "mongodb") {
    throw new UsageError(
      `Cannot use --drop with "${target.display}": only a collection is dropped.`,
      {
        hint: target.path === undefined || target.path === "-"
          ? "leave --drop out"
          : "--overwrite replaces a file",
      },
    );
  }
  if (flags.overwrite && target.path === undefined) {
    throw new UsageError(`Cannot use --overwrite with "${target.display}": it is no file.`, {
      hint: target.kind === "mongodb"
        ? "--drop drops each collection that is written, first"
        : "leave --overwrite out",
    });
  }
  if (flags.compress !== undefined && target.path === undefined) {
    throw new UsageError(`Cannot use --compress with "${target.display}": it is no file.`, {
      hint: "leave --compress out",
    });
  }
  if (flags.onConflict !== undefined && target.kind !== "mongodb") {
    throw new UsageError(
      `Cannot use --on-conflict with "${target.display}": only a collection has documents that ` +
        "are already there.",
      { hint: "leave --on-conflict out" },
    );
  }
  if (flags.bypassDocumentValidation && target.kind !== "mongodb") {
    throw new UsageError(
      `Cannot use --bypass-document-validation with "${target.display}": only a server's ` +
        "collection has a validator.",
      { hint: "leave --bypass-document-validation out" },
    );
  }
  if (flags.usersAndRoles && !WITH_ACCOUNTS.includes(source.kind)) {
    throw new UsageError(
      `Cannot use --users-and-roles with "${source.display}": it has none.`,
      { hint: "a server, a database, a dump and an archive have them" },
    );
  }
  if (preset && flags.plan && flags.dryRun) {
    throw new UsageError("Cannot use --plan with --dry-run: one stops before the other reads.");
  }
}

const FLAG_OF: Readonly<Record<QueryPart, string>> = {
  filter: "--filter",
  projection: "--projection",
  sort: "--sort",
  skip: "--skip",
  limit: "--limit",
  sample: "--sample",
};

/** Refuses options that the source cannot do itself; says what is coming from where. */
export function refuseQuery(
  { source, flags }: Pick<TransferJob, "source"> & { readonly flags: Pick<TransferFlags, "query"> },
  can: Source,
): void {
  const asked = Object.keys(flags.query ?? {}) as QueryPart[];
  const cannot = asked.filter((part) => !can.capabilities.query.includes(part));
  if (cannot.length === 0) return;
  const names = cannot.map((part) => FLAG_OF[part]).join(", ");
  const what = source.path === undefined ? `"${source.display}"` : `the file "${source.display}"`;
  throw new UsageError(
    `Cannot use ${names} with ${source.path === "-" ? "standard input" : what}: ` +
      "a server picks documents itself, this source gives all it has.",
    {
      hint: "copy it into a collection first, then use them on mongodb://host/database.collection",
    },
  );
}

/** Refuses a summary or a log that would be written over an end of the run, or over each other. */
export async function refuseOwnFiles({ source, target, show }: TransferJob): Promise<void> {
  const named = (name: string, path: string | undefined): NamedFile[] =>
    path === undefined ? [] : [{ name, path }];
  await refuseSameFiles(
    [...named("the source", source.path), ...named("the target", target.path)],
    [...named("--log-file", show.logFile), ...named("--summary", show.summary)],
  );
}

/** Refuses a file that would be read and replaced at once. */
export async function refuseSamePlace({ source, target }: TransferJob): Promise<void> {
  if (source.path === undefined || target.path === undefined) return;
  if (source.path === "-" || target.path === "-") return;
  if (source.path === target.path || await sameFile(source.path, target.path)) {
    throw new UsageError(
      `Cannot write "${target.display}": it is the source` +
        (source.path === target.path ? "." : ` ("${source.display}") by another name.`),
      { hint: "give the target another name" },
    );
  }
}

/**
 * Refuses a collection that would be read and written in one run, however its server is spelled:
 * the source itself, and one whose turn to be read comes after another was written over it.
 */
export function refuseSameCollections(
  source: Address,
  target: Address,
  pairs: readonly RenamePair[],
): void {
  if (source.uri === undefined || target.uri === undefined) return;
  if (!sameServer(source.uri, target.uri)) return;
  const read = new Set(pairs.map(({ from }) => formatNamespace(from)));
  for (const { from, to } of pairs) {
    const [name, into] = [formatNamespace(from), formatNamespace(to)];
    if (!read.has(into)) continue;
    const state = name !== into
      ? `${name} would go into ${into}, which is read as well.`
      : `${into} is the source itself` +
        (source.display === target.display ? "." : `, which "${source.display}" names too.`);
    throw new UsageError(`Cannot write "${target.display}": ${state}`, {
      hint: target.collection === undefined
        ? `--rename ${name}=${name}_copy`
        : `name another collection at the target, such as ${name}_copy`,
    });
  }
}

/** Asks for a password that is missing, where somebody can answer. */
export async function completePassword(
  address: Address,
  stage: Stage,
  io: CliIo,
): Promise<Address> {
  if (!lacksPassword(address)) return address;
  const password = await io.askSecret(`Password for ${address.display}:`);
  if (password === undefined || password === "") {
    throw new ConnectError(`Cannot log in to "${address.display}": no password is given.`, {
      stage,
      hint: "put the whole address into a variable, and give env:NAME instead",
    });
  }
  return withPassword(address, password);
}
