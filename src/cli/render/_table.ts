import { oneLine } from "./_printable.ts";
import { textWidth } from "./_text_width.ts";

/**
 * Rows as lines of a terminal, with columns as wide as what is in them.
 *
 * @param rows Each with the same number of cells, the head among them.
 * @param isRight Whether a column, from 0, stands on the right, as numbers do.
 */
export function tableLines(
  rows: readonly (readonly string[])[],
  isRight: (column: number) => boolean = () => false,
): string[] {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = cells[0]!.map((_, column) =>
    // Not in one call: there may be more rows than a call takes arguments.
    cells.reduce((most, row) => Math.max(most, textWidth(row[column]!)), 0)
  );
  return cells.map((row) =>
    row.map((cell, column) => {
      const fill = " ".repeat(widths[column]! - textWidth(cell));
      return isRight(column) ? fill + cell : cell + fill;
    }).join("  ").trimEnd()
  );
}
