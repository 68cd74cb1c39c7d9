import { distance } from "../../core/_distance.ts";

/** Of words, up to three that are most like a given one: those first that need the fewest changes. */
export function nearest(word: string, words: Iterable<string>): string[] {
  const lower = word.toLowerCase();
  const last = lower.split(/[.[\]*]+/).filter((part) => part !== "").at(-1) ?? lower;
  const found: { other: string; cost: number }[] = [];
  for (const other of words) {
    if (Math.abs(other.length - word.length) > 40 || other.length > 200) continue;
    const text = other.toLowerCase();
    const cost = distance(lower, text) / Math.max(lower.length, text.length, 1);
    const ends = text.split(/[.[\]*]+/).filter((part) => part !== "").at(-1) === last;
    if (cost <= 0.34 || ends) found.push({ other, cost });
  }
  found.sort((a, b) => a.cost - b.cost || (a.other < b.other ? -1 : 1));
  const worst = (found[0]?.cost ?? 0) + 0.15;
  return found.filter(({ cost }) => cost <= worst).slice(0, 3).map(({ other }) => other);
}
