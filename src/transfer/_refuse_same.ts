import {
  type Cancellable,
  type Connector,
  formatNamespace,
  type Namespace,
  UsageError,
} from "../core/mod.ts";
import { sameFile } from "../io/mod.ts";
import { sameServer } from "./same_place.ts";

/** Refuses a file that would be read and replaced at once. */
export async function refuseSameFile(source: Connector, target: Connector): Promise<void> {
  if (source.kind !== "bson" || target.kind !== "bson") return;
  if (!await sameFile(source.display, target.display)) return;
  throw new UsageError(`Cannot write "${target.display}": it is the source, "${source.display}"`, {
    hint: "give the target another name",
  });
}

/** Whether both ends are one server: by the spelling of their addresses, or as they say themselves. */
export async function isSameServer(
  source: Connector,
  target: Connector,
  options: Cancellable,
): Promise<boolean> {
  if (source.kind !== "mongodb" || target.kind !== "mongodb") return false;
  if (sameServer(source.display, target.display)) return true;
  const identity = await source.identity?.(options);
  return identity !== undefined && identity === await target.identity?.(options);
}

/** Refuses a collection of one server that would be read and written at once, before it is touched. */
export function refuseSameCollection(target: Connector, from: Namespace, to: Namespace): void {
  if (from.db !== to.db || from.collection !== to.collection) return;
  throw new UsageError(
    `Cannot write "${formatNamespace(to)}" to "${target.display}": it is the source itself`,
    { hint: "give it another name, or another database" },
  );
}
