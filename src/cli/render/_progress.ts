import type { Counts } from "../../core/mod.ts";
import { oneLine } from "./_printable.ts";
import { textWidth } from "./_text_width.ts";
import { formatBytes, formatCount, formatSeconds } from "./_units.ts";

/** A collection in flight. */
export interface ProgressState {
  readonly name: string;
  readonly startMs: number;
  /** Documents expected, where known. */
  readonly documents: number | undefined;
  /** Bytes expected, where known. */
  readonly bytes: number | undefined;
  counts: Counts | undefined;
}

/** How much is done, 0 to 1; `undefined` where the whole is not known. */
function fraction({ documents, bytes, counts }: ProgressState): number | undefined {
  if (counts === undefined) return documents === undefined && bytes === undefined ? undefined : 0;
  if (documents !== undefined && documents > 0) return Math.min(1, counts.read / documents);
  if (bytes !== undefined && bytes > 0) return Math.min(1, counts.bytesRead / bytes);
  return undefined;
}

/** Cuts a text to so many columns of a terminal. */
function cut(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let result = "";
  let width = 0;
  for (const character of text) {
    width += textWidth(character);
    if (width > columns - 1) break;
    result += character;
  }
  return `${result}…`;
}

/** The figures of a collection in words. */
export function progressText(state: ProgressState, now: number): string {
  return `${state.name}: ${figures(state, now).join(", ")}`;
}

function figures(state: ProgressState, now: number): string[] {
  const { counts, startMs, documents } = state;
  const seconds = Math.max(0.001, (now - startMs) / 1000);
  const read = counts?.read ?? 0;
  const done = fraction(state);
  const of = documents === undefined ? "" : ` of ${formatCount(documents)}`;
  const parts = [
    `${formatCount(read)}${of} documents`,
    formatBytes(counts?.bytesRead ?? 0),
    `${formatBytes((counts?.bytesRead ?? 0) / seconds)}/s`,
  ];
  if (done !== undefined && done > 0 && done < 1 && seconds > 1) {
    parts.push(`${formatSeconds(seconds / done - seconds)} left`);
  }
  return parts;
}

/** One line of a terminal about a collection in flight. */
export function progressLine(
  state: ProgressState,
  now: number,
  columns: number,
  noColor: boolean,
): string {
  const done = fraction(state);
  const text = figures(state, now).join("  ");
  const name = cut(oneLine(state.name), Math.max(8, Math.min(32, Math.floor(columns / 3))));
  let bar = "";
  const room = columns - textWidth(name) - text.length - 8;
  if (done !== undefined && room >= 10) {
    const width = Math.min(24, room);
    const full = Math.round(done * width);
    bar = `[${"=".repeat(full)}${" ".repeat(width - full)}]`;
    if (!noColor) bar = `\x1b[36m${bar}\x1b[0m`;
    bar += " ";
  }
  // A line that wraps could not be drawn over.
  const rest = bar === "" ? cut(text, Math.max(1, columns - textWidth(name) - 2)) : text;
  return `${name} ${bar}${rest}`;
}
