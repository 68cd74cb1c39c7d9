import {
  type Namespace,
  type OnConflict,
  type OpenOptions,
  type Query,
  type TransferEvent,
  type Transform,
  UsageError,
} from "../core/mod.ts";

/** How to transfer. */
export interface TransferOptions {
  /** Only these collections of the source; all by default. */
  readonly include?: (namespace: Namespace) => boolean;
  /**
   * The name that a collection gets at the target. By default the one that the target was made for,
   * or the same name in the database that it was made for, or the name that it has.
   */
  readonly rename?: (from: Namespace) => Namespace;
  /** Narrow or reshape the source, where it can do that itself. */
  readonly query?: Query;
  /** About how many bytes of documents a batch holds. Default 1 MiB. */
  readonly batchBytes?: number;
  /** At most how many documents a batch holds. */
  readonly batchDocuments?: number;
  /** What becomes of a document whose `_id` is already there. Default `report`. */
  readonly onConflict?: OnConflict;
  /** Replace what is there: a file; for a server, drop each collection that is written. */
  readonly overwrite?: boolean;
  /** Which indexes to build. Default `all`. */
  readonly indexes?: "all" | "no-ttl" | "none";
  /** Write documents that a collection's validator refuses; for a server. Default `false`. */
  readonly bypassDocumentValidation?: boolean;
  /** What to give for a view. By default its definition where the target keeps one. */
  readonly views?: "definition" | "documents";
  /** End at the first document that the target does not take. Default `false`: count and go on. */
  readonly stopOnError?: boolean;
  /** How often a write or read that may work later is tried again. Default 5. */
  readonly retries?: number;
  /** The most that the first pause before a retry lasts, in milliseconds; it doubles. Default 100. */
  readonly retryDelayMs?: number;
  /**
   * How many bytes of batches are held at most between source and target. Default 8 MiB. Only a
   * document that is larger than a batch should be can exceed it.
   */
  readonly inFlightBytes?: number;
  /**
   * How many batches of a lane are written at once, from 1. With 1 documents arrive in the order they
   * were read in. By default that is so for the first 16 MiB of a collection, and then there are 4:
   * MongoDB promises no order, and a large copy is faster so.
   */
  readonly parallelWrites?: number;
  /**
   * How many collections are read and written at once, from 1, which keeps them one after another.
   * By default 4 where the source can (a MongoDB server, or a dump) and one end is a server, and 1
   * elsewhere. A target that takes its batches in order, or holds one collection, and a `resumable` read
   * get one after another always.
   */
  readonly parallel?: number;
  /**
   * How many bytes of documents a second are taken from the source at most, over a few seconds. No
   * limit by default. A batch is then at most what a second allows.
   */
  readonly bytesPerSecond?: number;
  /**
   * Read in an order in which a lost source can be gone on with, and do so. Default `false`: it
   * may cost the source time.
   */
  readonly resumable?: boolean;
  /** Stops the run: what is being written is finished, the rest is given up. */
  readonly signal?: AbortSignal;
  /** Told what happens while it goes on. */
  readonly onEvent?: (event: TransferEvent) => void;
  /** Filters between source and target, in order. */
  readonly transforms?: readonly Transform[];
}

/** The most bytes of batches held between source and target, where nothing else is said. */
export const DEFAULT_IN_FLIGHT_BYTES = 8 * 1024 * 1024;

/** How many collections are read at once where that is of use and nothing else is said. */
export const DEFAULT_PARALLEL = 4;

/** The options with their defaults, checked. */
export interface CheckedOptions
  extends TransferOptions, Pick<OpenOptions, "collections" | "origin"> {
  readonly batchBytes: number;
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly inFlightBytes: number;
}

/** Checks options before any I/O. */
export function checkOptions(options: TransferOptions): CheckedOptions {
  const {
    batchBytes = 1024 * 1024,
    batchDocuments,
    retries = 5,
    retryDelayMs = 100,
    inFlightBytes = DEFAULT_IN_FLIGHT_BYTES,
    parallelWrites,
    parallel,
    bytesPerSecond,
  } = options;
  checkNumber("batchBytes", batchBytes, 1);
  if (batchDocuments !== undefined) checkNumber("batchDocuments", batchDocuments, 1);
  checkNumber("retries", retries, 0);
  checkNumber("retryDelayMs", retryDelayMs, 0);
  checkNumber("inFlightBytes", inFlightBytes, 1);
  if (parallelWrites !== undefined) checkNumber("parallelWrites", parallelWrites, 1);
  if (parallel !== undefined) checkNumber("parallel", parallel, 1);
  if (bytesPerSecond !== undefined) checkNumber("bytesPerSecond", bytesPerSecond, 1);
  // A batch that is larger than all that may be held could never be read.
  const fitting = Math.min(batchBytes, inFlightBytes, bytesPerSecond ?? Infinity);
  return { ...options, batchBytes: fitting, retries, retryDelayMs, inFlightBytes };
}

function checkNumber(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new UsageError(
    `Cannot use ${value} as ${name}: it must be a whole number from ${least} on`,
  );
}
