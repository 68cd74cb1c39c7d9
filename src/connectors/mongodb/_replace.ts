/** Writes documents over those that are stored under their `_id`. */
import type { Document } from "mongodb";
import type { Rejection } from "../../core/mod.ts";
import type { Clash } from "./_conflict.ts";
import { idDocument, shownId } from "./_ids.ts";

import { DUPLICATE_KEY, isRetryableCode, reasonOf, type WriteError } from "./_rejection.ts";
import { codeError, commandFailure, type Sending } from "./_sending.ts";
import type { TargetCollection } from "./_target_collection.ts";
import { valuesOf } from "./_values.ts";

/** What became of the documents. */
export interface Replaced {
  /** Written over another. */
  readonly replaced: number;
  /** Bytes of those. */
  readonly bytes: number;
  /** Not taken. */
  readonly rejected: readonly Rejection[];
}

/** As many statements as every server takes in a message, and bytes. */
const STATEMENTS = 1000;
const BYTES = 2 * 1024 * 1024;

/**
 * Replaces documents by `_id`. Doing it twice does what doing it once does, so a replay needs no
 * transaction number.
 *
 * @param sending What it is sent with.
 * @param target Where they go.
 * @param clashes The documents.
 * @param firstIndex Index at the source of the message's first document.
 * @returns How many were replaced.
 * @throws {DatahoodError} If the server did not acknowledge it.
 */
export async function replaceDocuments(
  sending: Sending,
  target: TargetCollection,
  clashes: readonly Clash[],
  firstIndex: number,
): Promise<Replaced> {
  let replaced = 0;
  let bytes = 0;
  const rejected: Rejection[] = [];
  for (let at = 0; at < clashes.length;) {
    const some: Clash[] = [];
    let size = 0;
    while (at < clashes.length && some.length < STATEMENTS) {
      const { length } = clashes[at]!.document;
      if (some.length > 0 && size + length > BYTES) break;
      some.push(clashes[at++]!);
      size += length;
    }
    const reply = await sendUpdate(sending, target, some);
    const errors: readonly WriteError[] = Array.isArray(reply.writeErrors) ? reply.writeErrors : [];
    for (const error of errors) {
      if (isRetryableCode(error.code)) {
        throw commandFailure(codeError(error.code), sending, target.namespace, "update");
      }
      const clash = some[error.index]!;
      const id = shownId(clash.document);
      rejected.push({
        index: firstIndex + clash.index,
        code: error.code,
        reason: DUPLICATE_KEY.has(error.code)
          ? "another unique index already has its value"
          : reasonOf(error),
        ...(id === undefined ? {} : { id }),
      });
      size -= clash.document.length;
    }
    replaced += some.length - errors.length;
    bytes += size;
  }
  return { replaced, bytes, rejected };
}

async function sendUpdate(
  sending: Sending,
  target: TargetCollection,
  clashes: readonly Clash[],
): Promise<Document> {
  const { client, writeConcern, keepTimestamps, bypassValidation, sequence } = sending;
  const { db, collection } = target.namespace;
  const updates = sequence === undefined
    ? clashes.map((clash) => valuesOf(statement(clash)))
    : sequence("updates", joined(clashes.map(statement)));
  try {
    return await client.db(db).command({
      update: collection,
      ordered: false,
      updates,
      writeConcern,
      ...(bypassValidation ? { bypassDocumentValidation: true } : {}),
      ...(keepTimestamps ? { bypassEmptyTsReplacement: true } : {}),
    });
  } catch (error) {
    throw commandFailure(error, sending, target.namespace, "update");
  }
}

const encoder = new TextEncoder();
const QUERY = encoder.encode("\x03q\0");
const UPDATE = encoder.encode("\x03u\0");
const UPSERT = encoder.encode("\x08upsert\0\x01\0");

/** `{q: {_id: …}, u: <the document>, upsert: true}`, the document as it is. */
function statement({ document }: Clash): Uint8Array {
  const id = idDocument(document)!;
  const parts = [QUERY, id, UPDATE, document, UPSERT];
  const length = 4 + parts.reduce((sum, part) => sum + part.length, 0);
  const made = new Uint8Array(length);
  new DataView(made.buffer).setInt32(0, length, true);
  let at = 4;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}
