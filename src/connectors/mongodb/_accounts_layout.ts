/** Whether users and roles of one server can be those of another. */
import { deserialize } from "bson";
import { batchDocument, type RawBatch, UnsupportedError } from "../../core/mod.ts";
import { commandFailure, type Sending } from "./_sending.ts";
import { accountsNamespace } from "../../mongodump/mod.ts";

/** By the layout at the source, those of a server that takes it; as mongorestore has it. */
const TAKEN_BY: Readonly<Record<number, readonly number[]>> = { 1: [1, 3], 3: [3, 5], 5: [5] };

/**
 * Compares the layout of users and roles that the source's version document names with the server's.
 * Servers from 8.1 on keep no such document, and have the one layout that is left.
 *
 * @param sending What the server is asked with.
 * @param batch Documents of `system.version`.
 * @throws {UnsupportedError} If the server does not take them.
 */
export async function checkLayout(sending: Sending, batch: RawBatch): Promise<void> {
  for (let i = 0; i < batch.starts.length; i++) {
    const { _id, currentVersion } = deserialize(batchDocument(batch, i));
    if (_id !== "authSchema") continue;
    const source = Number(currentVersion), server = await layoutOf(sending);
    if (server === undefined || TAKEN_BY[source]?.includes(server)) return;
    throw new UnsupportedError(
      `Cannot write users and roles to "${sending.shown()}": they are of layout ${source}, and the ` +
        `server's is ${server}`,
      {
        stage: "target",
        hint: source % 2 === 0 || server % 2 === 0
          ? "an upgrade of users (authSchemaUpgrade) was begun there and not finished"
          : "leave --users-and-roles out, and create them there",
      },
    );
  }
}

/** The server's own layout, where it tells. */
async function layoutOf(sending: Sending): Promise<number | undefined> {
  try {
    const reply = await sending.client.db("admin").command({
      getParameter: 1,
      authSchemaVersion: 1,
    });
    return reply.authSchemaVersion === undefined ? undefined : Number(reply.authSchemaVersion);
  } catch (error) {
    if ((error as Error).name === "MongoServerError") return undefined;
    throw commandFailure(error, sending, accountsNamespace({ part: "version" }), "getParameter");
  }
}
