import { assert, assertEquals } from "@std/assert";
import type { PermissionNeed } from "../core/mod.ts";
import { permissionWords } from "../permissions/mod.ts";
import { type Bench, type CheckDefinition, fill, stored } from "./_bench.ts";
import { PROBE_DOCUMENTS, type ProbeReport } from "./permission_probe.ts";
import { numberedDocuments } from "./sample_documents.ts";

type Role = "source" | "target" | "none";

/** Runs the suite's program under permissions, and gives what it says. */
async function probe(
  { suite, place }: Bench,
  role: Role,
  needs: readonly PermissionNeed[],
): Promise<ProbeReport> {
  const { program, denoArgs = [] } = suite.permissions!;
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      ...denoArgs,
      ...permissionWords(needs),
      program.href,
      role,
      ...place.args ?? [],
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
  });
  const { stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout).trim();
  assert(text !== "", `the program said nothing:\n${new TextDecoder().decode(stderr)}`);
  return JSON.parse(text.split("\n").at(-1)!);
}

async function needsOf({ place }: Bench, role: "source" | "target") {
  await using connector = place.connector();
  return connector.permissions(role);
}

function distinct(needs: readonly PermissionNeed[]): readonly PermissionNeed[] {
  return [...new Map(needs.map((need) => [`${need.kind} ${need.target}`, need])).values()];
}

/** Checks that run the connector in a process of its own, under permissions that are exact. */
export const permissionChecks: readonly CheckDefinition[] = [
  {
    name: "permissions-exact",
    title: "runs under exactly the permissions that it states, and states them under none",
    needs: [],
    async run(bench) {
      assertEquals(await probe(bench, "none", []), { documents: 0 });
      const { roles } = bench.suite;
      if (roles.includes("target")) {
        const report = await probe(bench, "target", await needsOf(bench, "target"));
        assertEquals(report, { documents: PROBE_DOCUMENTS });
      } else {
        await fill(bench, numberedDocuments(PROBE_DOCUMENTS));
      }
      if (roles.includes("source")) {
        const report = await probe(bench, "source", await needsOf(bench, "source"));
        assertEquals(report, { documents: PROBE_DOCUMENTS });
      }
    },
  },
  {
    name: "permissions-removed",
    title: "fails for a missing permission, whichever it is, before data moves",
    needs: [],
    async run(bench) {
      const { roles } = bench.suite;
      const fails = async (role: "source" | "target") => {
        const needs = distinct(await needsOf(bench, role));
        for (const removed of needs) {
          const { error, documents } = await probe(
            bench,
            role,
            needs.filter((need) => need !== removed),
          );
          const what = `as ${role} without ${removed.kind} "${removed.target}"`;
          assert(error !== undefined, `${what} it works: the need is not needed`);
          assert(
            error.code === "permission" || error.name === "NotCapable",
            `${what} it fails with ${error.name}: ${error.message}`,
          );
          assertEquals(documents, 0, `${what} documents moved`);
        }
      };
      if (roles.includes("target")) {
        await fails("target");
        if (roles.includes("source")) assertEquals(await stored(bench), 0);
      }
      if (roles.includes("source")) {
        await fill(bench, numberedDocuments(PROBE_DOCUMENTS));
        await fails("source");
      }
    },
  },
];
