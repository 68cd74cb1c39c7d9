/** Number of single-character edits (insert, delete, replace, swap of neighbours) between two words. */
function distance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, beforePrevious[j - 2]! + 1);
      }
      row.push(best);
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/**
 * The word of a list that is nearest to one that was typed, case aside; `undefined` where none is
 * near enough that it may have been meant.
 */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  let found: string | undefined;
  // A third of the letters, and never many: what is further off was hardly meant.
  let least = Math.min(3, Math.max(1, Math.floor(wanted.length / 3))) + 1;
  for (const word of words) {
    const known = word.toLowerCase();
    // Who stops in the middle of a word has hardly meant another.
    const begun = wanted.length > 2 && known.startsWith(wanted);
    const edits = begun ? Math.min(1, known.length - wanted.length) : distance(wanted, known);
    // Of two that are as near, the one that starts alike: people seldom mistype the first letter.
    const alike = edits === least && found !== undefined && found[0] !== typed[0] &&
      word[0] === typed[0];
    if (edits < least || alike) [found, least] = [word, edits];
  }
  return found;
}
