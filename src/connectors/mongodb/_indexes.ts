import type { Issue, OpenOptions } from "../../core/mod.ts";
import type { Sending } from "./_insert.ts";
import type { TargetCollection } from "./_target_collection.ts";

export function buildIndexes(
  _sending: Sending,
  _target: TargetCollection,
  _open: OpenOptions,
): Promise<readonly Issue[]> {
  return Promise.resolve([]);
}
