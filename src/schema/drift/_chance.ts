/** What is more likely than this by chance is no drift. With hundreds of paths, it must be small. */
const LEVEL = 0.001;
/** The two-sided quantile of the normal distribution for that level. */
const Z = 3.2905;

/**
 * Whether something seen `k` times in `before` is missing in all of `after` for a reason: had nothing
 * changed, all `k` of them would stand in the first part of the whole by chance.
 */
export function isGone(k: number, before: number, after: number): boolean {
  let chance = 1;
  // One product, written over the fewer factors.
  if (k <= after) {
    for (let i = 0; i < k && chance >= LEVEL; i++) chance *= (before - i) / (before + after - i);
  } else {
    for (let j = 1; j <= after && chance >= LEVEL; j++) chance *= (before - k + j) / (before + j);
  }
  return chance < LEVEL;
}

/** Whether two shares differ by more than a threshold, and by more than chance would make them. */
export function isShift(
  [k, before]: readonly [number, number],
  [l, after]: readonly [number, number],
  threshold: number,
): boolean {
  const difference = Math.abs(k / before - l / after);
  if (difference <= threshold) return false;
  const share = (k + l) / (before + after);
  const deviation = Math.sqrt(share * (1 - share) * (1 / before + 1 / after));
  return difference > Z * deviation;
}
