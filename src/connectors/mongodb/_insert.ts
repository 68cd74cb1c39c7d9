/** Sends messages of raw documents, so that a replay does nothing twice. */
import { deserialize, serialize } from "bson";
import type { Document } from "mongodb";
import { DatahoodError, LoadError, type Rejection } from "../../core/mod.ts";
import { documentsIn, shownId } from "./_ids.ts";
import { corruptDocument, type Duplicate, type Message } from "./_message.ts";
import { DUPLICATE_KEY, FULL, isRetryableCode, reasonOf, type WriteError } from "./_rejection.ts";
import { codeError, commandFailure, type Sending } from "./_sending.ts";
import { Slots } from "./_slots.ts";
import type { TargetCollection } from "./_target_collection.ts";
import { valuesOf } from "./_values.ts";
import { emptyTimestampsIn } from "./_timestamps.ts";

const INVALID_BSON = 22;
/** The server does not know a field of the command, or does not allow it in this API version. */
const UNKNOWN_FIELD = new Set([40415, 323]);
/** This deployment has no transaction numbers after all. */
const NO_NUMBERS = new Set([20, 263]);
/** The server no longer knows, or never knew, what became of this number. */
const NUMBER_LOST = new Set([217, 225]);
const TYPE_MISMATCH = 14;

/**
 * Sends the insert of a message and notes in it what was acknowledged. A message that fails keeps
 * its session and number for a replay.
 *
 * @param sending What it is sent with.
 * @param target Where it goes.
 * @param message The message.
 * @param firstIndex Index at the source of the batch's first document, for rejections.
 * @throws {DatahoodError} If it was not acknowledged.
 */
export async function insertMessage(
  sending: Sending,
  target: TargetCollection,
  message: Message,
  firstIndex: number,
): Promise<void> {
  const reply = await acknowledged(sending, target, message, firstIndex);
  note(sending, target, message, firstIndex, reply);
  release(sending, message);
}

/** Gives the session of a message back that will not be sent again. */
export function release({ client }: Sending, message: Message): void {
  if (message.slot !== undefined) Slots.of(client).give(message.slot);
  message.slot = undefined;
}

async function acknowledged(
  sending: Sending,
  target: TargetCollection,
  message: Message,
  firstIndex: number,
): Promise<Document> {
  for (;;) {
    const { keepTimestamps, numbered, sequence } = sending;
    if (numbered) {
      message.slot ??= Slots.of(sending.client).take();
    } else if (message.slot !== undefined) {
      release(sending, message);
      message.ambiguous = true;
    }
    try {
      return await sendInsert(sending, target, message, firstIndex);
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      if (typeof code === "number") {
        if (keepTimestamps && UNKNOWN_FIELD.has(code)) {
          sending.keepTimestamps = false;
          continue;
        }
        if (numbered && NO_NUMBERS.has(code)) {
          sending.verbose("the server has no transaction numbers: replays compare what is stored");
          sending.numbered = false;
          continue;
        }
        if (numbered && NUMBER_LOST.has(code) && !message.ambiguous) {
          release(sending, message);
          message.ambiguous = true;
          continue;
        }
        // A copy of the class that is not the driver's own is sent as if it were a value.
        if (sequence !== undefined && code === TYPE_MISMATCH) {
          sending.verbose("raw messages are not understood: documents are encoded again");
          sending.sequence = undefined;
          continue;
        }
        if (code === INVALID_BSON) findCorrupt(message, firstIndex, error);
      }
      throw failure(error, sending, target, message);
    }
  }
}

async function sendInsert(
  sending: Sending,
  { namespace }: TargetCollection,
  message: Message,
  firstIndex: number,
): Promise<Document> {
  const { slot } = message;
  const documents = sending.sequence === undefined
    ? encodable(message, firstIndex)
    : sending.sequence("documents", message.bytes);
  const command = {
    insert: namespace.collection,
    ordered: false,
    documents,
    writeConcern: sending.writeConcern,
    ...(sending.bypassValidation ? { bypassDocumentValidation: true } : {}),
    ...(sending.keepTimestamps ? { bypassEmptyTsReplacement: true } : {}),
    ...(slot === undefined ? {} : { txnNumber: slot.number }),
  };
  const options = slot === undefined ? {} : { session: slot.session };
  return await sending.client.db(namespace.db).command(command, options);
}

/** Documents as values, for a driver that cannot send bytes; what would change is refused. */
function encodable(message: Message, firstIndex: number): ReadonlyMap<string, unknown>[] {
  return documentsIn(message.bytes).map((bytes, i) => {
    const document = valuesOf(bytes);
    if (!sameBytes(serialize(document, { ignoreUndefined: false }), bytes)) {
      const index = firstIndex + message.first + i;
      throw new LoadError(`Cannot write document ${index}: this driver would change it`, {
        hint: "use the driver version that datahood names",
        stage: "target",
      });
    }
    return document;
  });
}

function failure(
  error: unknown,
  sending: Sending,
  target: TargetCollection,
  message: Message,
): Error {
  const { namespace } = target;
  const display = sending.shown(namespace);
  if (error instanceof Error && error.name === "MongoWriteConcernError") {
    const unconfirmed = writeConcernFailure(error, display);
    if (unconfirmed !== undefined) return unconfirmed;
  }
  const translated = commandFailure(error, sending, namespace, "insert");
  if (!(translated instanceof DatahoodError) || !translated.retryable) return translated;
  if (notSent(error)) return translated;
  return replayable(translated, sending, target, message, error);
}

/** The error for a message that may have been executed in part; retryable if a replay is safe. */
function replayable(
  translated: Error,
  sending: Sending,
  target: TargetCollection,
  message: Message,
  cause: unknown,
): Error {
  if (message.slot !== undefined) return translated;
  message.ambiguous = true;
  if (!target.timeseries) return translated;
  return new LoadError(
    `Cannot write to "${sending.shown(target.namespace)}": the connection was lost, and a time ` +
      `series on a standalone server does not tell whether the last measurements were written`,
    { hint: "drop the collection and start again", stage: "target", cause },
  );
}

/** Whether the server cannot have seen the message: there was no connection to send it by. */
function notSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const labelled = error as Error & { hasErrorLabel?(label: string): boolean };
  return error.name === "MongoServerSelectionError" || error.name.includes("PoolCleared") ||
    labelled.hasErrorLabel?.("HandshakeError") === true ||
    labelled.hasErrorLabel?.("NoWritesPerformed") === true;
}

/** The error for documents that were written but not confirmed; none if a replay may settle it. */
function writeConcernFailure(
  error: Error & { code?: unknown; hasErrorLabel?(label: string): boolean },
  display: string,
): LoadError | undefined {
  const { code } = error;
  const { codeName } = error as { codeName?: unknown };
  if (error.hasErrorLabel?.("RetryableWriteError")) return undefined;
  if (typeof code === "number" && isRetryableCode(code)) return undefined;
  const what = typeof codeName === "string" ? `${codeName} ${code}` : `code ${code}`;
  return new LoadError(
    `Cannot write to "${display}": documents were written, but the server did not confirm it as ` +
      `the write concern asks (${what})`,
    {
      hint: code === 64
        ? "a longer wtimeoutMS in the address waits longer; ?w=1 asks for the primary alone"
        : "?w=… in the address says how many members must confirm",
      stage: "target",
      cause: error,
    },
  );
}

function findCorrupt(message: Message, firstIndex: number, cause: unknown): void {
  documentsIn(message.bytes).forEach((bytes, i) => {
    try {
      deserialize(bytes);
    } catch {
      throw corruptDocument(firstIndex + message.first + i, cause);
    }
  });
}

/** Notes what a reply says in the message. */
function note(
  sending: Sending,
  target: TargetCollection,
  message: Message,
  firstIndex: number,
  reply: Document,
): void {
  const errors: readonly WriteError[] = Array.isArray(reply.writeErrors) ? reply.writeErrors : [];
  const rejected: Rejection[] = [];
  const duplicates: Duplicate[] = [];
  let bytes = message.bytes.length;
  const documents = errors.length === 0 ? [] : documentsIn(message.bytes);
  for (const error of errors) {
    if (isRetryableCode(error.code)) {
      const cause = codeError(error.code);
      const failed = commandFailure(cause, sending, target.namespace, "insert");
      throw replayable(failed, sending, target, message, cause);
    }
    if (FULL.has(error.code)) {
      const display = sending.shown(target.namespace);
      throw new LoadError(`Cannot write to "${display}": the server has no room left`, {
        hint: "documents before this one were written; the same command again goes on",
        stage: "target",
      });
    }
    const document = documents[error.index]!;
    bytes -= document.length;
    if (DUPLICATE_KEY.has(error.code)) {
      duplicates.push(duplicateOf(error));
      continue;
    }
    const id = shownId(document);
    rejected.push({
      index: firstIndex + message.first + error.index,
      code: error.code,
      reason: reasonOf(error),
      ...(id === undefined ? {} : { id }),
    });
  }
  if (!sending.keepTimestamps) target.emptyTimestamps += emptyTimestampsIn(message.bytes);
  const inserted = message.count - rejected.length - duplicates.length;
  message.inserted = { inserted, replaced: 0, unchanged: 0, skipped: 0, rejected, bytes };
  message.duplicates = duplicates;
}

function duplicateOf({ index, keyPattern, errmsg }: WriteError): Duplicate {
  const named = typeof errmsg === "string" ? /index: (.+?) dup key/.exec(errmsg)?.[1] : undefined;
  return {
    index,
    ...(typeof keyPattern === "object" && keyPattern !== null
      ? { keyPattern: keyPattern as Readonly<Record<string, unknown>> }
      : {}),
    ...(named === undefined ? {} : { indexName: named }),
  };
}

/** Whether two documents are the same byte for byte. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
