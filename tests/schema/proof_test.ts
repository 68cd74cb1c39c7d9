import { assert, assertEquals } from "@std/assert";
import { dataSets } from "./data_sets.ts";
import { type ProofRow, proveAll, tableOf, tightness } from "./_proof.ts";

Deno.test("generated types take every document of every data set, and refuse wrong ones", async (t) => {
  const rows: ProofRow[] = [];
  for await (const row of proveAll(await dataSets())) {
    rows.push(row);
    await t.step(`${row.target}: ${row.set}`, () => {
      assertEquals(row.documents.refused, 0, row.reason);
      assert(row.drop.count + row.swap.count > 0, "there are mutants that the target can tell");
      const tight = tightness(row);
      // The own validator is the definition: what it takes is no mutant.
      const least = row.target === "datahood" ? 1 : 0.9;
      assert(
        tight >= least,
        `${(100 * tight).toFixed(1)}% refused; taken: ${row.taken.join("; ")}`,
      );
    });
  }
  await Deno.stderr.write(new TextEncoder().encode(`${tableOf(rows)}\n`));
});
