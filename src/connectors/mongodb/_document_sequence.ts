/** The driver's way to send documents as the bytes they are, which is private to it. */
import type { MongoClient } from "mongodb";
import { documentLength } from "../../core/mod.ts";

/** Makes the section of a message that holds documents lying one behind another. */
export type MakeSequence = (field: string, bytes: Uint8Array) => unknown;

/** The version whose class was tried; another one may have changed it without a word. */
const DRIVER_VERSION = "7.9.0";

/**
 * Finds the driver's `DocumentSequence` and tries it.
 *
 * @param client A client of the driver that will send it.
 * @returns How to make one, or why there is none.
 */
export async function probeSequence(
  client: MongoClient,
): Promise<{ readonly make: MakeSequence } | { readonly missing: string }> {
  const version = await driverVersion(client);
  if (version !== DRIVER_VERSION) return { missing: `the driver is ${version}` };
  try {
    // @ts-types="./_driver_internals.d.ts"
    const loaded = await import("mongodb/lib/cmap/commands.js");
    const { DocumentSequence } = loaded;
    if (typeof DocumentSequence !== "function") return { missing: "it has no DocumentSequence" };
    const make: MakeSequence = (field, bytes) => {
      const sequence = new DocumentSequence(field);
      sequence.push(bytes, bytes);
      return sequence;
    };
    const probe = make("documents", EMPTY_DOCUMENT) as { toBin?(): Uint8Array };
    const section = probe.toBin?.();
    // Kind 1, length, "documents\0", then the bytes as they are.
    const whole = 1 + 4 + 10 + EMPTY_DOCUMENT.length;
    if (section?.length !== whole || documentLength(section, 1) !== whole - 1) {
      return { missing: "its DocumentSequence has changed" };
    }
    return { make };
  } catch (error) {
    return { missing: `its DocumentSequence cannot be loaded (${(error as Error).name})` };
  }
}

const EMPTY_DOCUMENT = new Uint8Array([5, 0, 0, 0, 0]);

async function driverVersion(client: MongoClient): Promise<string> {
  const options = client.options as { metadata?: unknown };
  const metadata = await options.metadata as { driver?: { version?: unknown } } | undefined;
  const version = metadata?.driver?.version;
  return typeof version === "string" ? version.split("|")[0]! : "unknown";
}
