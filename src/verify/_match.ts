import { type CollectionInfo, formatNamespace, type Namespace } from "../core/mod.ts";
import type { VerifyResult } from "./result.ts";

/** How collections of two sides are paired: those with one key are one pair. */
export interface Matching {
  readonly by: VerifyResult["matchedBy"];
  readonly keyA: (namespace: Namespace) => string;
  readonly keyB: (namespace: Namespace) => string;
}

/**
 * Pairs what two sides have. Where each has one collection, names mean nothing. Where each has one
 * database and they differ, or a side has none (bare files), the collection's name counts. Else both
 * names do.
 */
export function matching(
  a: readonly CollectionInfo[],
  b: readonly CollectionInfo[],
): Matching {
  if (a.length === 1 && b.length === 1) {
    // What turns up later, such as a collection made meanwhile, keeps its name.
    const keyOf = (only: Namespace) => (namespace: Namespace) =>
      formatNamespace(namespace) === formatNamespace(only) ? "" : formatNamespace(namespace);
    return { by: "only", keyA: keyOf(a[0]!.namespace), keyB: keyOf(b[0]!.namespace) };
  }
  const ofA = databases(a), ofB = databases(b);
  if (ofA.size <= 1 && ofB.size <= 1 && [...ofA].join() !== [...ofB].join()) {
    const key = ({ collection }: Namespace) => collection;
    return { by: "collection", keyA: key, keyB: key };
  }
  const none = (found: ReadonlySet<string>) => found.size === 1 && found.has("");
  if (none(ofA)) return { by: "collection", keyA: withDatabaseOf(b), keyB: formatNamespace };
  if (none(ofB)) return { by: "collection", keyA: formatNamespace, keyB: withDatabaseOf(a) };
  return { by: "namespace", keyA: formatNamespace, keyB: formatNamespace };
}

function databases(infos: readonly CollectionInfo[]): Set<string> {
  return new Set(infos.map(({ namespace }) => namespace.db));
}

/** A collection of no database stands for the one of its name, if there is just one. */
function withDatabaseOf(infos: readonly CollectionInfo[]): (namespace: Namespace) => string {
  return (namespace) => {
    const found = infos.filter((info) => info.namespace.collection === namespace.collection);
    return formatNamespace(found.length === 1 ? found[0]!.namespace : namespace);
  };
}
