/** What waits in temporary collections until the server takes it among its users and roles. */
import {
  ConnectError,
  DatahoodError,
  formatNamespace,
  LoadError,
  type Namespace,
} from "../../core/mod.ts";
import { type Accounts, accountsNamespace } from "../../mongodump/mod.ts";
import { missingAccounts } from "./_accounts_stored.ts";
import { createTarget } from "./_create.ts";
import { commandFailure, type Sending } from "./_sending.ts";
import type { TargetCollection } from "./_target_collection.ts";
import { isRetryable } from "./translate_error.ts";

/** Users or roles. */
export type Part = Exclude<Accounts["part"], "version">;

/** The command by which a server takes them. */
export const MERGE = "_mergeAuthzCollections";
/** The names that the role `restore` may read, which the command needs. */
const TEMPORARY: Readonly<Record<Part, string>> = { users: "tempusers", roles: "temproles" };
const NOT_FOUND = 26;

/** How a server is to take them. */
export interface MergeOptions {
  /** The database that they are of; all without one. */
  readonly database: string | undefined;
  /** Whether they take the place of all that are there. */
  readonly drop: boolean;
}

/** The temporary collection of a part. */
export function temporaryNamespace(part: Part): Namespace {
  return { db: "admin", collection: TEMPORARY[part] };
}

/** The users and roles of one database, or of the whole server, on their way. */
export class AccountsMerge {
  readonly #sending: Sending;
  readonly #options: MergeOptions;
  readonly #temporary = new Map<Part, Promise<TargetCollection>>();
  /** How many documents were put into each. */
  readonly #kept = new Map<Part, number>();
  /** Whether the server was asked to take them, and whether it is sure that it did. */
  #isAsked = false;
  #isTaken = false;

  constructor(sending: Sending, options: MergeOptions) {
    this.#sending = sending;
    this.#options = options;
  }

  /** The temporary collection of a part; it is made when there is something to put into it. */
  temporary(part: Part): Promise<TargetCollection> {
    const known = this.#temporary.get(part);
    if (known !== undefined) return known;
    const namespace = temporaryNamespace(part);
    // One of a run that was killed is in the way.
    const made = createTarget(this.#sending, { namespace, type: "collection" }, {
      overwrite: true,
    });
    this.#temporary.set(part, made);
    made.catch(() => this.#temporary.delete(part));
    return made;
  }

  /** Takes note of documents that are in the temporary collection of a part by now. */
  kept(part: Part, documents: number): void {
    this.#kept.set(part, (this.#kept.get(part) ?? 0) + documents);
  }

  /**
   * Has the server take all that was put into the temporary collections. After a lost connection the
   * same may be asked again as long as these are whole: whom the server has by then it leaves, or
   * replaces by the same.
   */
  async take(): Promise<void> {
    const { database, drop } = this.#options, temporary = this.#temporary;
    if (temporary.size === 0 || this.#isTaken) return;
    if (this.#isAsked) await this.#checkKept();
    this.#isAsked = true;
    const { client, writeConcern } = this.#sending;
    const name = (part: Part) => temporary.has(part) ? `admin.${TEMPORARY[part]}` : undefined;
    const [users, roles] = [name("users"), name("roles")];
    try {
      await client.db("admin").command({
        [MERGE]: 1,
        ...(users === undefined ? {} : { tempUsersCollection: users }),
        ...(roles === undefined ? {} : { tempRolesCollection: roles }),
        drop,
        db: database ?? "",
        writeConcern,
      });
    } catch (error) {
      throw this.#untaken(error);
    }
    // A server says only in its own log which of them it did not take.
    for (const part of temporary.keys()) {
      const place = accountsNamespace({ part });
      const missing = await missingAccounts(this.#sending, { temporary: TEMPORARY[part], place });
      if (missing.length === 0) continue;
      throw new LoadError(
        `Cannot write ${part} to "${this.#sending.shown(place)}": the server did not take ` +
          missing.join(", "),
        { stage: "target", hint: "the log of the server says why" },
      );
    }
    this.#isTaken = true;
  }

  /** With `drop` a server removes whom it does not find in the temporary collections. */
  async #checkKept(): Promise<void> {
    for (const [part, documents] of this.#kept) {
      const namespace = temporaryNamespace(part);
      let found: number;
      try {
        found = await this.#sending.client.db(namespace.db)
          .collection(namespace.collection, { readPreference: "primary" }).countDocuments();
      } catch (error) {
        throw commandFailure(error, this.#sending, namespace, "aggregate", "read");
      }
      if (found >= documents) continue;
      throw new LoadError(
        `Cannot write ${part} to "${this.#sending.shown(accountsNamespace({ part }))}": ` +
          `"${formatNamespace(namespace)}", where they waited, lost some of them`,
        { stage: "target", hint: "all else is written; run the same again for these" },
      );
    }
  }

  #untaken(error: unknown): Error {
    const place = accountsNamespace({ part: "users" });
    const failure = commandFailure(error, this.#sending, place, MERGE);
    if (!(failure instanceof DatahoodError && failure.retryable)) return failure;
    const left = [...this.#temporary.keys()].toSorted().map((part) => `"admin.${TEMPORARY[part]}"`);
    return new ConnectError(failure.message, {
      stage: "target",
      retryable: true,
      cause: error,
      hint: "all else is written; whether the server took users and roles is not known: run the " +
        `same again for them. Until then ${left.join(" and ")} may be left there, with what ` +
        "passwords are checked with",
    });
  }

  /** Drops the temporary collections. */
  async drop(): Promise<void> {
    const temporary = this.#temporary;
    const { client, writeConcern } = this.#sending;
    for (const part of [...temporary.keys()]) {
      try {
        await client.db("admin").command({ drop: TEMPORARY[part], writeConcern });
      } catch (error) {
        if ((error as { code?: unknown }).code !== NOT_FOUND) {
          throw new LoadError(
            `Cannot drop "admin.${TEMPORARY[part]}": what passwords are checked with is left in it`,
            {
              stage: "target",
              hint: "drop it by hand",
              cause: error,
              retryable: isRetryable(error),
            },
          );
        }
      }
      temporary.delete(part);
    }
  }
}
