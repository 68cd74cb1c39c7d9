/** What waits in temporary collections until the server takes it among its users and roles. */
import { LoadError, type Namespace } from "../../core/mod.ts";
import { type Accounts, accountsNamespace } from "../../mongodump/mod.ts";
import { missingAccounts } from "./_accounts_stored.ts";
import { createTarget } from "./_create.ts";
import { commandFailure, type Sending } from "./_sending.ts";
import type { TargetCollection } from "./_target_collection.ts";

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

  /** Has the server take all that was put into the temporary collections. */
  async take(): Promise<void> {
    const { database, drop } = this.#options, temporary = this.#temporary;
    if (temporary.size === 0) return;
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
      throw commandFailure(error, this.#sending, accountsNamespace({ part: "users" }), MERGE);
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
            { stage: "target", hint: "drop it by hand", cause: error },
          );
        }
      }
      temporary.delete(part);
    }
  }
}
