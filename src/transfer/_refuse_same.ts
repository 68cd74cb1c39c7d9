import { type Connector, formatNamespace, type Namespace, UsageError } from "../core/mod.ts";
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

/** Refuses a collection that would be read and written at once, before it is touched. */
export function refuseSameCollection(
  source: Connector,
  target: Connector,
  from: Namespace,
  to: Namespace,
): void {
  if (source.kind !== "mongodb" || target.kind !== "mongodb") return;
  if (from.db !== to.db || from.collection !== to.collection) return;
  if (!sameServer(source.display, target.display)) return;
  throw new UsageError(
    `Cannot write "${formatNamespace(to)}" to "${target.display}": it is the source itself`,
    { hint: "give it another name, or another database" },
  );
}
