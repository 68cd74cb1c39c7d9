/** Sessions whose transaction numbers make the replay of a write do nothing twice. */
import { Long } from "bson";
import type { ClientSession, MongoClient } from "mongodb";

/** A session that one message at a time is sent in. */
export interface Slot {
  /** The driver's session. */
  readonly session: ClientSession;
  /** The number of the message that was last sent in it. */
  number: Long;
}

/**
 * Hands out sessions, each to one message at a time. A server remembers the highest number of a
 * session and what became of that write; so a message that may be replayed keeps its session.
 *
 * Sessions live as long as the client, which ends them when it is closed: given back to the driver
 * before, they would be used with lower numbers than the server has seen.
 */
export class Slots {
  static readonly #ofClient = new WeakMap<MongoClient, Slots>();
  readonly #client: MongoClient;
  readonly #free: Slot[] = [];

  private constructor(client: MongoClient) {
    this.#client = client;
  }

  /** The sessions of a client, shared by all that write through it. */
  static of(client: MongoClient): Slots {
    let slots = Slots.#ofClient.get(client);
    if (slots === undefined) Slots.#ofClient.set(client, slots = new Slots(client));
    return slots;
  }

  /** A session with a new number. */
  take(): Slot {
    const slot = this.#free.pop() ?? {
      session: this.#client.startSession({ causalConsistency: false }),
      // The driver may have used this server session already; its numbers count up from 1.
      number: Long.fromNumber(Date.now()),
    };
    slot.number = slot.number.add(Long.ONE);
    return slot;
  }

  /** Gives a session back after its message was acknowledged, or will never be replayed. */
  give(slot: Slot): void {
    this.#free.push(slot);
  }
}
