/** What the target has under the `_id` of documents that it refused. */
import { LoadError } from "../../core/mod.ts";
import type { Clash } from "./_conflict.ts";
import { idDocument, idValue } from "./_ids.ts";
import { commandFailure, type Sending } from "./_sending.ts";
import type { TargetCollection } from "./_target_collection.ts";

/** What is stored: the document, or that it may not be read. */
export type Stored = Uint8Array | "unreadable";

/** `_id`s in one question, and questions at once; a question stays below the largest document. */
const IDS_AT_ONCE = 100;
const QUESTIONS_AT_ONCE = 4;
const ID_BYTES_AT_ONCE = 4 * 1024 * 1024;
const UNAUTHORIZED = 13;

/**
 * Asks what is stored under the `_id` of each document.
 *
 * @param sending What it is sent with.
 * @param target Where to look.
 * @param clashes The documents.
 * @param needed Whether a run cannot go on without an answer.
 * @returns What is there; nothing for a document whose `_id` is not.
 */
export async function findStored(
  sending: Sending,
  target: TargetCollection,
  clashes: readonly Clash[],
  needed: boolean,
): Promise<ReadonlyMap<Clash, Stored>> {
  const found = new Map<Clash, Stored>();
  try {
    const questions = chunks(clashes);
    const ask = async () => {
      for (const some of questions) await findSome(sending, target, some, found);
    };
    await Promise.all(Array.from({ length: QUESTIONS_AT_ONCE }, ask));
    // Equal as keys but not as bytes: 1 and 1.0, or texts that a collation holds for the same.
    for (const clash of clashes) {
      if (found.has(clash) || !mayBeId(clash)) continue;
      const stored = await findOne(sending, target, clash);
      if (stored !== undefined) found.set(clash, stored);
    }
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === UNAUTHORIZED && !needed) {
      for (const clash of clashes) if (mayBeId(clash)) found.set(clash, "unreadable");
      return found;
    }
    const { namespace } = target;
    if (code !== UNAUTHORIZED) throw commandFailure(error, sending, namespace, "find");
    throw new LoadError(
      `Cannot write to "${
        sending.shown(namespace)
      }": an answer was lost, and this user is not allowed to read ` +
        `what was written`,
      { hint: "the role readWrite may do both", stage: "target", cause: error },
    );
  }
  return found;
}

function mayBeId({ keyPattern, indexName }: Clash): boolean {
  if (keyPattern !== undefined) return "_id" in keyPattern;
  return indexName === undefined || indexName.startsWith("_id");
}

function* chunks(clashes: readonly Clash[]): Generator<readonly Clash[], void, void> {
  let some: Clash[] = [];
  let bytes = 0;
  for (const clash of clashes) {
    const size = idDocument(clash.document)?.length ?? 0;
    if (some.length >= IDS_AT_ONCE || (some.length > 0 && bytes + size > ID_BYTES_AT_ONCE)) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(clash);
    bytes += size;
  }
  if (some.length > 0) yield some;
}

async function findSome(
  sending: Sending,
  target: TargetCollection,
  clashes: readonly Clash[],
  found: Map<Clash, Stored>,
): Promise<void> {
  const byId = new Map<string, Clash[]>();
  const values: unknown[] = [];
  for (const clash of clashes) {
    const id = idDocument(clash.document);
    const asked = id === undefined ? undefined : idValue(id);
    if (id === undefined || asked === undefined) continue;
    const key = keyOf(id);
    const same = byId.get(key);
    if (same !== undefined) {
      same.push(clash);
      continue;
    }
    byId.set(key, [clash]);
    values.push(asked.value);
  }
  if (values.length === 0) return;
  for await (const stored of find(sending, target, { $in: values })) {
    const id = idDocument(stored);
    for (const clash of byId.get(id === undefined ? "" : keyOf(id)) ?? []) {
      // Views of a reply share its memory, and live longer than the cursor here.
      found.set(clash, stored.slice());
    }
  }
}

async function findOne(
  sending: Sending,
  target: TargetCollection,
  { document }: Clash,
): Promise<Uint8Array | undefined> {
  const id = idDocument(document);
  const asked = id === undefined ? undefined : idValue(id);
  if (asked === undefined) return undefined;
  for await (const stored of find(sending, target, { $eq: asked.value })) return stored.slice();
  return undefined;
}

function find(
  { client }: Sending,
  { namespace }: TargetCollection,
  condition: Record<string, unknown>,
): AsyncIterable<Uint8Array> {
  const collection = client.db(namespace.db).collection<{ _id: unknown }>(namespace.collection);
  // Only the primary is sure to have what was just written.
  return collection.find({ _id: condition }, {
    raw: true,
    readPreference: "primary",
    readConcern: { level: "local" },
    promoteBuffers: false,
  }) as unknown as AsyncIterable<Uint8Array>;
}

function keyOf(id: Uint8Array): string {
  let key = "";
  for (const byte of id) key += String.fromCharCode(byte);
  return key;
}
