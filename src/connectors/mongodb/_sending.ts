import type { MongoClient } from "mongodb";
import type { Namespace } from "../../core/mod.ts";
import type { MakeSequence } from "./_document_sequence.ts";
import type { WireWriteConcern } from "./_write_concern.ts";
import { type ErrorContext, translateError } from "./translate_error.ts";

/** What all commands of a run are sent with. */
export interface Sending {
  /** The driver's client. */
  readonly client: MongoClient;
  /** A collection of the server as it may be shown; the server itself without one. */
  readonly shown: (namespace?: Namespace) => string;
  /** Whether the address names a user. */
  readonly loggedIn: boolean;
  /** What the server is to confirm. */
  readonly writeConcern: WireWriteConcern;
  /** How to send bytes as they are; without it documents are decoded and encoded again. */
  sequence: MakeSequence | undefined;
  /** Whether messages carry transaction numbers. */
  numbered: boolean;
  /** Whether the server is asked to leave empty timestamps as they are. */
  keepTimestamps: boolean;
  /** Whether documents are written that the collection's validator refuses. */
  readonly bypassValidation: boolean;
  /** Says a line about what goes on inside. */
  readonly verbose: (line: string) => void;
}

/** What the driver threw, as an error of datahood's own. */
export function commandFailure(
  thrown: unknown,
  { loggedIn, shown }: Sending,
  namespace: Namespace,
  command: string,
  action = "write to",
): Error {
  const display = shown(namespace);
  const context: ErrorContext = { action, display, stage: "target", command, namespace, loggedIn };
  return translateError(thrown, context);
}

/** An error by its code alone, as an entry of a reply has it. */
export function codeError(code: number): Error {
  return Object.assign(new Error(`code ${code}`), { name: "MongoServerError", code });
}
