import type { Connector, Counts, TransferSummary } from "../core/mod.ts";
import { NullConnector } from "../connectors/null/connector.ts";
import type { TransferOptions } from "./options.ts";
import { transfer } from "./transfer.ts";

/**
 * Reads a source only, and counts: what a dry run does. Nothing is written anywhere.
 *
 * @param source Where documents come from.
 * @param options What to read, as for {@linkcode transfer}; names are mapped as `rename` says, and
 * what is about writing changes nothing.
 * @returns What there is; of the counts only `read` and `bytesRead` are not 0.
 * @throws {UnsupportedError} If the source cannot be read.
 * @throws {DataError} If it holds what its format does not allow, with the position.
 * @throws {InterruptedError} If the signal came.
 *
 * @example
 * ```ts
 * import { BsonConnector, countSource } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * await using people = new BsonConnector({ path: `${await Deno.makeTempDir()}/people.bson` });
 * await people.loadData([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
 * const { counts } = await countSource(people);
 * assertEquals([counts.read, counts.written], [3, 0]);
 * ```
 */
export async function countSource(
  source: Connector,
  options: TransferOptions = {},
): Promise<TransferSummary> {
  const { onEvent, bypassDocumentValidation: _, ...rest } = options;
  await using nowhere = new NullConnector();
  const summary = await transfer(source, nowhere, {
    ...rest,
    ...(onEvent === undefined ? {} : {
      onEvent: (event) =>
        onEvent("counts" in event ? { ...event, counts: onlyRead(event.counts) } : event),
    }),
  });
  return {
    ...summary,
    counts: onlyRead(summary.counts),
    collections: summary.collections.map((collection) => ({
      ...collection,
      counts: onlyRead(collection.counts),
    })),
  };
}

/** What was dropped was not written. */
function onlyRead(counts: Counts): Counts {
  return { ...counts, written: 0, bytesWritten: 0 };
}
