import { distance } from "../core/_distance.ts";

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
