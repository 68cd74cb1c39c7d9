/** Which users and roles a server has. */
import type { Document } from "mongodb";
import { batchDocument, type Namespace, type RawBatch } from "../../core/mod.ts";
import { idDocument, idValue, shownId } from "./_ids.ts";
import { copy } from "./_raw.ts";
import { commandFailure, type Sending } from "./_sending.ts";

const UNAUTHORIZED = 13;
/** `_id`s in one question. */
const IDS_AT_ONCE = 1000;
/** More names than these nobody reads. */
const NAMED = 10;

/**
 * Looks up what the server has under the `_id`s of a batch.
 *
 * @param sending What it is asked with.
 * @param namespace Where: `admin.system.users`, or `.roles`.
 * @param batch The documents.
 * @returns By their place in the batch; nothing at all where the user may not read it.
 */
export async function findAccounts(
  sending: Sending,
  namespace: Namespace,
  batch: RawBatch,
): Promise<readonly (Uint8Array | undefined)[]> {
  const ids = Array.from(batch.starts, (_, i) => idDocument(batchDocument(batch, i)));
  const stored = new Map<string, Uint8Array>();
  for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
    const some = await ask(sending, namespace, ids.slice(from, from + IDS_AT_ONCE), {});
    if (some === undefined) return [];
    for (const document of some) stored.set(keyOf(idDocument(document)), document);
  }
  return ids.map((id) => stored.get(keyOf(id)));
}

/**
 * Which documents of a temporary collection a server did not take.
 *
 * @param sending What it is asked with.
 * @param places The temporary collection, and where its documents should be.
 * @returns The `_id`s of the first of them; none where the user may not look.
 */
export async function missingAccounts(
  sending: Sending,
  { temporary, place }: { readonly temporary: string; readonly place: Namespace },
): Promise<readonly string[]> {
  const missing: string[] = [];
  const only = { projection: { _id: 1 } };
  const cursor = sending.client.db("admin").collection(temporary).find({}, { ...only, raw: true });
  try {
    while (missing.length < NAMED && await cursor.hasNext()) {
      const ids = (cursor.readBufferedDocuments() as unknown[] as Uint8Array[]).map(copy);
      for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
        const asked = ids.slice(from, from + IDS_AT_ONCE);
        const some = await ask(sending, place, asked, only);
        if (some === undefined) return [];
        const there = new Set(some.map((document) => keyOf(idDocument(document))));
        missing.push(
          ...asked.filter((id) => !there.has(keyOf(id))).map((id) => shownId(id) ?? "?"),
        );
      }
    }
  } catch (error) {
    if ((error as { code?: unknown }).code === UNAUTHORIZED) return [];
    throw commandFailure(error, sending, place, "find", "read");
  } finally {
    await cursor.close();
  }
  return missing.slice(0, NAMED);
}

/** The documents of some `_id`s; `undefined` where the user may not read them. */
async function ask(
  sending: Sending,
  namespace: Namespace,
  ids: readonly (Uint8Array | undefined)[],
  options: Document,
): Promise<Uint8Array[] | undefined> {
  const { db, collection } = namespace;
  const values = ids.flatMap((id) => {
    const found = id === undefined ? undefined : idValue(id);
    return found === undefined ? [] : [found.value];
  });
  try {
    const found = await sending.client.db(db).collection(collection)
      .find({ _id: { $in: values as never[] } }, { ...options, raw: true }).toArray();
    return found as unknown[] as Uint8Array[];
  } catch (error) {
    if ((error as { code?: unknown }).code === UNAUTHORIZED) return undefined;
    throw commandFailure(error, sending, namespace, "find", "read");
  }
}

function keyOf(id: Uint8Array | undefined): string {
  return id === undefined ? "" : id.join();
}
