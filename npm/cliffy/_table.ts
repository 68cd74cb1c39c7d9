// Columns of text without borders, laid out as @cliffy/table lays them out.

export interface TableOptions {
  /** Spaces after each column but the last, by column. */
  padding: readonly number[];
  indent?: number;
  /** Total width without the indent. */
  maxWidth?: number;
  maxColumnWidth?: number;
  /** How willingly each column gives up width. */
  shrink?: readonly number[];
}

const width = (text: string) => [...text.replaceAll("\n", "")].length;

/** As many words of the first line as fit, one at least. */
function takeWords(limit: number, text: string): string {
  const [first = "", ...words] = text.split("\n", 1)[0]!.split(" ");
  let taken = first;
  for (const word of words) {
    // Until something has been taken, every word is.
    if (taken && width(taken) + width(word) >= limit) break;
    taken += ` ${word}`;
  }
  return taken;
}

function shrinkColumns(widths: number[], weights: readonly number[], limit: number): void {
  const total = () => widths.reduce((sum, one) => sum + one, 0);
  for (let changed = true; changed && total() > limit;) {
    changed = false;
    const overflow = total() - limit;
    const scale = widths.reduce((sum, one, at) => sum + (weights[at] ?? 0) * one, 0);
    if (scale === 0) return;
    for (const [at, one] of widths.entries()) {
      const weight = weights[at] ?? 0;
      if (weight === 0 || one === 0) continue;
      const target = Math.max(1, Math.floor(one * (1 - overflow * weight / scale)));
      if (target !== one) {
        widths[at] = target;
        changed = true;
      }
    }
  }
}

/** One line of a cell, filled to the column, and what is left of the cell. */
function takeLine(text: string, columnWidth: number): [line: string, rest: string] {
  if (columnWidth <= 0) return ["", ""];
  const limit = Math.min(columnWidth, width(text));
  let line = takeWords(limit, text);
  let next = line.length + 1;
  if (width(line) > limit) {
    line = [...line].slice(0, Math.max(limit, 1)).join("");
    next = line.length;
  }
  return [line + " ".repeat(Math.max(0, columnWidth - width(line))), text.slice(next)];
}

/** The rows as text, without a line end after the last. */
export function renderTable(rows: readonly (readonly string[])[], options: TableOptions): string {
  const { padding, indent = 0, maxWidth = Infinity, maxColumnWidth = Infinity } = options;
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.min(
      maxColumnWidth,
      Math.max(
        ...rows.flatMap((row) =>
          (row[at] ?? "").split("\n").map((line) => width(takeWords(maxColumnWidth, line)))
        ),
      ),
    ));
  const gaps = padding.slice(0, columns - 1).reduce((sum, one) => sum + one, 0);
  shrinkColumns(widths, options.shrink ?? [], maxWidth - gaps);

  const lines: string[] = [];
  for (const row of rows) {
    let left = Array.from({ length: columns }, (_, at) => row[at] ?? "");
    do {
      let line = " ".repeat(indent);
      left = left.map((cell, at) => {
        const [text, rest] = takeLine(cell, widths[at]!);
        line += text + (at < columns - 1 ? " ".repeat(padding[at] ?? 0) : "");
        return rest;
      });
      lines.push(line);
    } while (left.some((cell) => cell.length > 0));
  }
  return lines.join("\n");
}
