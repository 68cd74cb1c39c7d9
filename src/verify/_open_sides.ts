import {
  type CollectionInfo,
  type Connector,
  formatNamespace,
  NotFoundError,
  throwIfInterrupted,
  UnsupportedError,
} from "../core/mod.ts";
import { allLost } from "../transfer/_refuse_incomplete.ts";
import { atStage } from "../transfer/_stage.ts";
import { type Matching, matching } from "./_match.ts";
import type { Side } from "./_read.ts";
import type { LostDocuments, VerifyOptions } from "./result.ts";

/** Lists both sides, and pairs what they have. */
export async function openSides(
  a: Connector,
  b: Connector,
  { include, signal }: VerifyOptions,
): Promise<{ readonly sides: readonly [Side, Side]; readonly by: Matching["by"] }> {
  for (const { source, display } of [a, b]) {
    if (source !== undefined) continue;
    throw new UnsupportedError(`Cannot compare "${display}": it can only be written`, {
      stage: "source",
    });
  }
  const asking = signal === undefined ? {} : { signal };
  const lists: CollectionInfo[][] = [];
  for (const connector of [a, b]) {
    throwIfInterrupted(signal);
    await atStage("source", async () => {
      await connector.connect(asking);
      // What lacks its documents is a part of the side all the same.
      lists.push(await Array.fromAsync(connector.source!.describe({ ...asking, damaged: true })));
    });
  }
  const [allA, allB] = lists as [CollectionInfo[], CollectionInfo[]];
  let found = matching(allA, allB);
  let ofA = allA, ofB = allB;
  if (include !== undefined) {
    const { keyA, keyB } = found;
    // What is wanted by its name on one side is wanted on the other; one alone is what was meant.
    const wanted = new Set([
      ...allA.filter(({ namespace }) => include(namespace)).map((info) => keyA(info.namespace)),
      ...allB.filter(({ namespace }) => include(namespace)).map((info) => keyB(info.namespace)),
    ]);
    const left = (all: CollectionInfo[], keyOf: Matching["keyA"]) =>
      all.length === 1 ? all : all.filter(({ namespace }) => wanted.has(keyOf(namespace)));
    if (wanted.size === 0) {
      throw new NotFoundError(
        `Cannot compare "${a.display}" with "${b.display}": no collection is left of them`,
        { stage: "source", hint: "look at what --include and --exclude leave" },
      );
    }
    [ofA, ofB] = [left(allA, keyA), left(allB, keyB)];
    found = matching(ofA, ofB);
  }
  for (const infos of [ofA, ofB]) refuseAllLost(infos);
  const side = (
    name: "a" | "b",
    connector: Connector,
    key: Matching["keyA"],
    infos: readonly CollectionInfo[],
    all: readonly CollectionInfo[],
  ): Side => {
    const taken = new Set(infos.map(({ namespace }) => formatNamespace(namespace)));
    const known = new Set(all.map(({ namespace }) => formatNamespace(namespace)));
    const expected = new Map<string, number>();
    const lost = new Map<string, LostDocuments>();
    for (const { namespace, estimate, damage } of infos) {
      if (estimate?.bytes !== undefined) expected.set(formatNamespace(namespace), estimate.bytes);
      if (damage?.lost === "documents") lost.set(key(namespace), { namespace, path: damage.path });
    }
    return {
      name,
      connector,
      source: connector.source!,
      key,
      expected,
      lost,
      include: (namespace) => {
        const name = formatNamespace(namespace);
        return taken.has(name) || !known.has(name) && (include?.(namespace) ?? true);
      },
    };
  };
  return {
    by: found.by,
    sides: [side("a", a, found.keyA, ofA, allA), side("b", b, found.keyB, ofB, allB)],
  };
}

/** A side of which nothing can be read is no side. */
function refuseAllLost(infos: readonly CollectionInfo[]): void {
  const lost = infos.filter(({ damage }) => damage?.lost === "documents");
  if (lost.length > 0 && lost.length === infos.length) throw allLost(lost);
}
