/**
 * Prints how every target does on every data set: documents refused, which must be none, and wrong
 * documents refused. Arguments choose targets: `scripts/proof_table.ts zod mongoose`.
 *
 * @module
 */
import { dataSets } from "../tests/schema/data_sets.ts";
import { type ProofRow, proveAll, tableOf } from "../tests/schema/_proof.ts";

if (import.meta.main) {
  const started = performance.now();
  const wanted = new Set(Deno.args.filter((arg) => !arg.startsWith("--")));
  const rows: ProofRow[] = [];
  const chosen = ({ kind, name }: { kind: string; name: string }) =>
    wanted.size === 0 || wanted.has(kind) || wanted.has(name);
  for await (const row of proveAll(await dataSets(), chosen)) rows.push(row);
  const lines = [tableOf(rows)];
  if (Deno.args.includes("--taken")) {
    for (const { set, target, taken, reason } of rows) {
      if (reason !== undefined) lines.push(`${set}, ${target}: refused: ${reason}`);
      if (taken.length > 0) lines.push(`${set}, ${target}: taken: ${taken.join("; ")}`);
    }
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  lines.push(`${rows.length} rows in ${seconds} s`, "");
  await Deno.stdout.write(new TextEncoder().encode(lines.join("\n")));
}
