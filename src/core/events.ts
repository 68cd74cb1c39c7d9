import type { Issue } from "./collection.ts";
import type { Namespace } from "./namespace.ts";
import type { Rejection } from "./connector.ts";

/** Counts of documents and bytes, of a collection or of a run. */
export interface Counts {
  /** Documents taken from the source. */
  readonly read: number;
  /** Documents acknowledged as new or replaced. */
  readonly written: number;
  /** Of those, the ones that replaced another. */
  readonly replaced: number;
  /** Already there, byte for byte. */
  readonly unchanged: number;
  /** Left as they are there. */
  readonly skipped: number;
  /** Not taken by the target. */
  readonly rejected: number;
  /** Bytes of BSON taken from the source. */
  readonly bytesRead: number;
  /** Bytes written, in the target's format before compression. */
  readonly bytesWritten: number;
}

/** What a run tells while it goes on; all a progress display or a log needs. */
export type TransferEvent =
  | {
    /** A collection begins. */
    readonly type: "begin";
    /** Where it comes from. */
    readonly from: Namespace;
    /** Where it goes to. */
    readonly to: Namespace;
    /** Documents expected, where known. */
    readonly documents?: number;
    /** Bytes of BSON expected, where known. */
    readonly bytes?: number;
  }
  | {
    /** Counts of a collection grew. */
    readonly type: "progress";
    /** Where it comes from. */
    readonly from: Namespace;
    /** The counts so far. */
    readonly counts: Counts;
  }
  | {
    /** A collection is done. */
    readonly type: "end";
    /** Where it comes from. */
    readonly from: Namespace;
    /** The final counts. */
    readonly counts: Counts;
  }
  | {
    /** A document was not taken. */
    readonly type: "rejected";
    /** Where it comes from. */
    readonly from: Namespace;
    /** Which and why. */
    readonly rejection: Rejection;
  }
  | {
    /** Something worth saying. */
    readonly type: "issue";
    /** What. */
    readonly issue: Issue;
  }
  | {
    /** A write or a read failed and is tried again. */
    readonly type: "retry";
    /** Which try comes next, from 1. */
    readonly attempt: number;
    /** How long until then, in milliseconds. */
    readonly delayMs: number;
    /** Why, as the error says it. */
    readonly reason: string;
  };
