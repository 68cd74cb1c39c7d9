import { type Connector, DatahoodError } from "../core/mod.ts";
import { batchesOf, openFor } from "./_bench.ts";
import { numberedDocuments } from "./sample_documents.ts";

/** What the probe tells its caller, as one line of JSON on standard output. */
export interface ProbeReport {
  /** Documents that were read, or acknowledged as written. */
  readonly documents: number;
  /** Why it failed, if it did. */
  readonly error?: {
    /** The error's class. */
    readonly name: string;
    /** Its stable word, of an error that datahood throws on purpose. */
    readonly code?: string;
    /** What it says. */
    readonly message: string;
  };
}

/** Documents that the probe writes. */
export const PROBE_DOCUMENTS = 20;

/**
 * The program that the permission checks run: it makes a connector, reads or writes it, and prints
 * what came of it. The first argument is the role, or `none` to state the permissions alone; the
 * others are the place's.
 *
 * @param make Makes the connector from the place's arguments.
 *
 * @example
 * ```ts ignore
 * import { BsonConnector } from "@datahood/cli";
 * import { probePermissions } from "@datahood/cli/testing";
 *
 * await probePermissions((path) => new BsonConnector({ path: path! }));
 * ```
 */
export async function probePermissions(
  make: (...args: string[]) => Connector,
): Promise<void> {
  const [role, ...args] = Deno.args;
  let documents = 0;
  let error: ProbeReport["error"];
  try {
    await using connector = make(...args);
    if (role === "none") connector.permissions();
    if (role === "source") {
      await connector.connect();
      for await (const item of connector.source!.read()) {
        if (item.type !== "batch") continue;
        documents += item.batch.starts.length;
        item.batch.release?.();
      }
    }
    if (role === "target") documents = await write(connector);
  } catch (cause) {
    error = {
      name: cause instanceof Error ? cause.name : "unknown",
      ...(cause instanceof DatahoodError ? { code: cause.code } : {}),
      message: cause instanceof Error ? cause.message : String(cause),
    };
  }
  const report: ProbeReport = { documents, ...(error === undefined ? {} : { error }) };
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(report)}\n`));
}

async function write(connector: Connector): Promise<number> {
  await connector.connect();
  const { db = "", collection = "sample" } = connector.target!.place ?? {};
  const namespace = { db, collection };
  const writer = await openFor(connector, namespace);
  let documents = 0;
  try {
    await writer.begin({ namespace, type: "collection" });
    for (const batch of batchesOf(numberedDocuments(PROBE_DOCUMENTS), namespace, 7)) {
      documents += (await writer.write(batch)).inserted;
    }
    await writer.end(namespace);
    await writer.commit();
  } catch (error) {
    await writer.abort().catch(() => {});
    throw error;
  }
  return documents;
}
