import type { CollectionInfo, OpenOptions } from "../../core/mod.ts";
import type { Sending } from "./_insert.ts";
import type { TargetCollection } from "./_target_collection.ts";

export function createTarget(
  _sending: Sending,
  info: CollectionInfo,
  _open: OpenOptions,
): Promise<TargetCollection> {
  return Promise.resolve({
    namespace: info.namespace,
    info,
    timeseries: false,
    capped: false,
    issues: [],
    last: Promise.resolve(),
    emptyTimestamps: 0,
  });
}
