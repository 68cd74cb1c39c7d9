/** What a write asks the server to confirm. */
import type { MongoClient } from "mongodb";
import { UsageError } from "../../core/mod.ts";

/** A write concern as a command carries it. */
export interface WireWriteConcern {
  /** How many members, or `majority`, or a tag. */
  readonly w: number | string;
  /** How long to wait for them, in milliseconds. */
  readonly wtimeout?: number;
  /** Whether it must be in the journal. */
  readonly j?: boolean;
}

/**
 * The write concern of every command: what the address asks for, else `majority`. A command that the
 * driver sends as it is carries none by itself.
 *
 * @param client The client, which has read the address.
 * @param display The place as it may be shown.
 * @returns What goes into each command.
 * @throws {UsageError} If the address asks for no acknowledgement.
 */
export function writeConcernOf(client: MongoClient, display: string): WireWriteConcern {
  const asked = client.options.writeConcern ?? client.writeConcern;
  if (asked?.w === 0) {
    throw new UsageError(`Cannot write to "${display}": with w=0 no write is acknowledged`, {
      hint: "leave w=0 out of the address",
      stage: "target",
    });
  }
  return {
    w: asked?.w ?? "majority",
    ...(asked?.wtimeoutMS === undefined ? {} : { wtimeout: asked.wtimeoutMS }),
    ...(asked?.journal === undefined ? {} : { j: asked.journal }),
  };
}
