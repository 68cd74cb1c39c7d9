import { shownId } from "./_id.ts";
import { type ReadOptions, readSides, type Side } from "./_read.ts";
import type { DifferentDocument, DocumentDifferences } from "./result.ts";

/** A collection that is empty on the other side. */
export interface Alone {
  readonly side: "a" | "b";
  readonly documents: number;
}

/** Names the first documents of collections that are empty on the other side: nothing has to be found. */
export async function nameAlone(
  sides: readonly Side[],
  collections: ReadonlyMap<string, Alone>,
  options: ReadOptions & { readonly show: number },
): Promise<Map<string, DocumentDifferences>> {
  const shown = new Map([...collections.keys()].map((key) => [key, [] as DifferentDocument[]]));
  const lacks = (key: string, name: "a" | "b") => {
    const { side, documents } = collections.get(key)!;
    return side === name && shown.get(key)!.length < Math.min(options.show, documents);
  };
  const reads = ({ name }: Side) => [...collections.keys()].some((key) => lacks(key, name));
  await readSides(sides.filter(reads), {
    batch: (side, { namespace, buffer, starts, firstIndex }) => {
      const key = side.key(namespace);
      if (!collections.has(key)) return reads(side);
      for (let i = 0; i < starts.length && lacks(key, side.name); i++) {
        const id = shownId(buffer, starts[i]!);
        shown.get(key)!.push({
          status: side.name === "a" ? "missing" : "extra",
          ...(id === undefined ? {} : { id }),
          [side.name === "a" ? "indexA" : "indexB"]: firstIndex + i,
        });
      }
      return reads(side);
    },
    restart: ({ name }) => {
      for (const key of collections.keys()) if (lacks(key, name)) shown.get(key)!.length = 0;
      return (key) => !lacks(key, name);
    },
  }, { ...options, only: (key) => collections.has(key) });
  return new Map([...collections].map(([key, { side, documents }]) => [key, {
    missing: side === "a" ? documents : 0,
    extra: side === "b" ? documents : 0,
    different: 0,
    shown: shown.get(key)!,
  }]));
}
