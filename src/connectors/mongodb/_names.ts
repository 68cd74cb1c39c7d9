/** What a server takes as names, known before anything is written. */
import { formatNamespace, type Namespace, UsageError } from "../../core/mod.ts";

/** Bytes of the longest name of a database. */
const DATABASE_BYTES = 63;
/** Bytes of the longest `database.collection`: of servers before 4.4, and since then. */
const OLD_BYTES = 120;
const NEW_BYTES = 255;
/** `maxWireVersion` of 4.4. */
const WIRE_4_4 = 9;
const encoder = new TextEncoder();

/**
 * Refuses names that no server takes: what an archive or a file says may be anything, and half of a
 * restore is worse than none.
 *
 * @param namespaces What is to be written.
 * @param maxWireVersion What the server said in `hello`.
 * @throws {UsageError} If one of the names is too long, or that of a database has a character that it
 * must not have.
 */
export function refuseNames(namespaces: Iterable<Namespace>, maxWireVersion: unknown): void {
  const most = Number(maxWireVersion ?? WIRE_4_4) < WIRE_4_4 ? OLD_BYTES : NEW_BYTES;
  for (const namespace of namespaces) {
    const state = faultOf(namespace, most);
    if (state === undefined) continue;
    throw new UsageError(`Cannot write "${formatNamespace(namespace)}" to a server: ${state}`, {
      stage: "target",
      hint: "--rename gives it another name, --exclude leaves it out",
    });
  }
}

function faultOf(namespace: Namespace, most: number): string | undefined {
  const { db } = namespace;
  const bad = /[/\\. "$\0]/.exec(db)?.[0];
  // The one database with a "$" is not written to.
  if (bad !== undefined) return `the name of a database has no ${JSON.stringify(bad)}`;
  const bytes = encoder.encode(db).length;
  if (bytes > DATABASE_BYTES) {
    return `the name of its database has ${bytes} bytes, and a server takes ${DATABASE_BYTES}`;
  }
  const all = encoder.encode(formatNamespace(namespace)).length;
  return all > most ? `its name has ${all} bytes, and this server takes ${most}` : undefined;
}
