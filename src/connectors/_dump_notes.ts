import {
  formatNamespace,
  type Issue,
  type Namespace,
  type SourceItem,
  UsageError,
} from "../core/mod.ts";
import { databaseNameFault, type DumpSelection, leftOut } from "../mongodump/mod.ts";

/** What is worth saying of a dump or an archive: what of it is left out, and what was noticed. */
export class DumpNotes {
  readonly #selection: DumpSelection;
  readonly #said = new Set<string>();
  #waiting: Issue[] = [];
  #about: Namespace | undefined;

  constructor(selection: DumpSelection) {
    this.#selection = selection;
  }

  /** Whether a collection is left out, which is noted. */
  leaves(namespace: Namespace): boolean {
    const why = leftOut(namespace, this.#selection);
    if (why === undefined) return false;
    this.#about ??= namespace;
    if (why.code !== "oplog-not-replayed" || this.#selection.ignoreOplog !== true) this.add(why);
    return true;
  }

  /** Notes something, once. */
  add(issue: Issue): void {
    if (this.#said.has(issue.message)) return;
    this.#said.add(issue.message);
    this.#waiting.push(issue);
  }

  /** What was noted since the last time. */
  take(): Issue[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  /**
   * Puts the notes to the ends of collections. What is noted after the last of them is said too: each
   * end waits for what follows it.
   */
  async *spread(
    items: AsyncGenerator<SourceItem, void, void>,
  ): AsyncGenerator<SourceItem, void, void> {
    let held: Extract<SourceItem, { type: "end" }> | undefined;
    for await (const item of items) {
      if (held !== undefined) yield this.#ended(held);
      held = undefined;
      if (item.type === "end") held = item;
      else yield item;
    }
    if (held !== undefined) {
      yield this.#ended(held);
    } else if (this.#waiting.length > 0 && this.#about !== undefined) {
      // All of it was left out: its end is all that there is to say it with.
      yield { type: "end", namespace: this.#about, issues: this.take() };
    }
  }

  #ended(item: Extract<SourceItem, { type: "end" }>): SourceItem {
    const issues = [...item.issues ?? [], ...this.take()];
    return issues.length === 0 ? item : { ...item, issues };
  }
}

/** What is said of a time series that was written as what its server shows. */
export function measurementsIssue(namespace: Namespace, path: string): Issue {
  return {
    code: "time-series-as-measurements",
    message:
      `"${formatNamespace(namespace)}" is in "${path}" as measurements, because the source ` +
      "gives no buckets: datahood restores it, mongorestore does not",
    level: "warning",
    namespace,
  };
}

/** The database of a collection that has none: a restore needs one, and MongoDB's own default is this. */
export const NO_DATABASE = "test";

/** What is said of a collection that has no database. */
export function databaseNamed(collection: string, where: string): Issue {
  return {
    code: "database-named",
    message: `"${collection}" has no database: in ${where} it is in "${NO_DATABASE}"`,
    level: "info",
    namespace: { db: "", collection },
  };
}

/**
 * Refuses a name that no server has: in a dump it would lead to another folder.
 *
 * @param namespace What is to be written.
 * @param path The dump or archive.
 * @throws {UsageError} If it is such a name.
 */
export function refuseName(namespace: Namespace, path: string): void {
  const { db, collection } = namespace;
  const fault = databaseNameFault(db);
  if (collection !== "" && fault === undefined) return;
  const state = collection === ""
    ? "the collection has no name"
    : `"${db}" is no name of a database: ${fault}`;
  throw new UsageError(`Cannot write "${formatNamespace(namespace)}" to "${path}": ${state}`, {
    stage: "target",
    hint: "--rename gives it another name",
  });
}
