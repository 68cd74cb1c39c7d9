/** Settles documents whose `_id`, or another unique value, is at the target already. */
import { LoadError, type OpenOptions, type Rejection } from "../../core/mod.ts";
import { asStored, documentsIn, shownId } from "./_ids.ts";
import { sameBytes } from "./_insert.ts";
import type { Duplicate, Message } from "./_message.ts";
import { replaceDocuments } from "./_replace.ts";
import type { Sending } from "./_sending.ts";
import { findStored } from "./_stored.ts";
import type { TargetCollection } from "./_target_collection.ts";
import { emptyTimestamps } from "./_timestamps.ts";

/** A document that was refused as a duplicate. */
export interface Clash extends Duplicate {
  /** As the server would store it. */
  readonly document: Uint8Array;
}

const DUPLICATE_KEY = 11000;

/**
 * Settles the duplicates of a message: compares each with what is stored, and does with those that
 * differ what the run asks for. What is settled is noted, so that a replay does not do it again.
 *
 * @param sending What it is sent with.
 * @param target Where it goes.
 * @param message The message, whose insert was acknowledged.
 * @param firstIndex Index at the source of the batch's first document.
 * @param open What becomes of what is there.
 * @throws {LoadError} If `onConflict` is `stop` and one differs.
 * @throws {DatahoodError} With `retryable` if the connection was lost meanwhile.
 */
export async function settleDuplicates(
  sending: Sending,
  target: TargetCollection,
  message: Message,
  firstIndex: number,
  { onConflict = "report" }: OpenOptions,
): Promise<void> {
  const result = message.inserted!;
  const documents = documentsIn(message.bytes);
  const clashes = message.duplicates!.map((duplicate): Clash => ({
    ...duplicate,
    document: asStored(documents[duplicate.index]!),
  }));
  const stored = await findStored(sending, target, clashes, message.ambiguous);
  let { inserted, replaced, unchanged, skipped, bytes } = result;
  const rejected: Rejection[] = [];
  const replace: Clash[] = [];
  const reject = (clash: Clash, reason: string) => {
    const id = shownId(clash.document);
    const index = firstIndex + message.first + clash.index;
    rejected.push({ index, code: DUPLICATE_KEY, reason, ...(id === undefined ? {} : { id }) });
  };
  for (const clash of clashes) {
    const there = stored.get(clash);
    if (there === undefined) {
      reject(clash, otherIndex(clash));
    } else if (there !== "unreadable" && isSame(clash.document, there, sending.keepTimestamps)) {
      // After a lost answer it is ours; else it was there before.
      const isReplaced = message.replacing?.has(clash.index) === true;
      if (isReplaced) replaced++;
      else if (message.ambiguous) inserted++;
      else unchanged++;
      if (isReplaced || message.ambiguous) bytes += clash.document.length;
    } else if (onConflict === "replace") {
      replace.push(clash);
    } else if (onConflict === "skip") {
      skipped++;
    } else if (onConflict === "stop") {
      throw stopped(sending, target, clash, firstIndex + message.first + clash.index);
    } else {
      reject(
        clash,
        there === "unreadable"
          ? "a document with its _id is already there, which this user is not allowed to read"
          : "a document with its _id is already there, with other content",
      );
    }
  }
  if (replace.length > 0) message.replacing = new Set(replace.map(({ index }) => index));
  const now = await replaceDocuments(sending, target, replace, firstIndex + message.first);
  message.inserted = {
    inserted,
    unchanged,
    skipped,
    replaced: replaced + now.replaced,
    bytes: bytes + now.bytes,
    rejected: [...result.rejected, ...rejected, ...now.rejected],
  };
  message.duplicates = [];
}

/** Whether what is stored is what was sent, but for what the server changes by itself. */
function isSame(ours: Uint8Array, stored: Uint8Array, keepTimestamps: boolean): boolean {
  if (sameBytes(ours, stored)) return true;
  if (keepTimestamps || ours.length !== stored.length) return false;
  const empty = emptyTimestamps(ours);
  if (empty.length === 0) return false;
  const filled = ours.slice();
  for (const at of empty) filled.set(stored.subarray(at, at + 8), at);
  return sameBytes(filled, stored);
}

function otherIndex({ keyPattern, indexName }: Clash): string {
  const keys = keyPattern === undefined ? [] : Object.keys(keyPattern);
  const fields = keys.map((key) => `"${key}"`).join(", ");
  const name = indexName === undefined ? "another unique index" : `the unique index "${indexName}"`;
  const on = fields === "" ? "" : ` on ${fields}`;
  return `${name}${on} already has its value`;
}

function stopped(
  { shown }: Sending,
  { namespace }: TargetCollection,
  { document }: Clash,
  index: number,
): LoadError {
  const id = shownId(document);
  const what = id === undefined ? "" : ` (_id ${id})`;
  return new LoadError(
    `Cannot write to "${shown(namespace)}": document ${index}${what} is already there, with ` +
      `other content`,
    { hint: "--on-conflict report, skip or replace goes on", stage: "target" },
  );
}
