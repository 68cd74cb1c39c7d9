// Runs one row of the matrix: with what it needs, and without each part of that.
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { PermissionNeed } from "@datahood/cli";
import { permissionWords, quoteWord } from "../../src/permissions/mod.ts";
import { type CliResult, runCli } from "../cli/_run_cli.ts";
import { contentsOf, copyFolder } from "./_seed.ts";
import type { Places, Row } from "./matrix.ts";

/** What a row runs with. */
export interface RowContext {
  /** The folder that is copied for it. */
  readonly template: string;
  /** Where it reads and writes. */
  readonly places: Places;
  /** How many documents a namespace has. */
  count(namespace: string): Promise<number>;
}

/** Runs a row. */
export async function runRow(row: Row, { template, places, count }: RowContext): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "datahood_matrix_" });
  try {
    await copyFolder(template, folder);
    const args = [...row.command.split(" "), ...row.args(places)];
    const stdin = row.stdin === undefined ? "" : await Deno.readFile(join(template, row.stdin));
    const env = row.env?.(places) ?? {};
    const run = (permissions: readonly string[]): Promise<CliResult> =>
      runCli(args, { cwd: folder, env, stdin, permissions });
    const needs = row.flags === undefined
      ? await printedNeeds(args, env, folder)
      : row.flags.filter((flag) => flag.includes("=")).map(needOf);
    const before = await contentsOf(folder);
    await withoutEach(needs, run);
    assertEquals(await contentsOf(folder), before, "a refused run changed files");
    if (row.fills !== undefined) {
      assertEquals(await count(row.fills(places)), 0, "a refused run moved documents");
    }

    const done = await run(["--no-prompt", ...permissionWords(needs)]);
    assertEquals(done.code, row.code ?? 0, done.err);
    const written = [...(await contentsOf(folder)).keys()]
      .filter((name) => !before.has(name) && !/^(?:out|types)\//.test(name)).sort();
    assertEquals(written, [...row.written ?? []]);
    if (row.fills !== undefined) assertEquals(await count(row.fills(places)), 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What `datahood permissions --json` says; the flags that it prints are just those of the needs. */
async function printedNeeds(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<readonly PermissionNeed[]> {
  const { code, out, err } = await runCli(["permissions", "--json", ...args], { cwd, env });
  assertEquals(code, 0, err);
  const { flags, needs } = JSON.parse(out) as { flags: string[]; needs: PermissionNeed[] };
  assertEquals(flags, ["--no-prompt", ...permissionWords(needs)]);
  const all = out + err;
  for (const value of Object.values(env)) assert(!all.includes(value), "it shows an address");
  return needs;
}

/** Runs it without all, and without each one; each time what is missing is named, and no more. */
async function withoutEach(
  needs: readonly PermissionNeed[],
  run: (permissions: readonly string[]) => Promise<CliResult>,
): Promise<void> {
  const wordOf = (need: PermissionNeed) => permissionWords([need]).join();
  for (const taken of new Set(needs.map(wordOf))) {
    const rest = needs.filter((need) => wordOf(need) !== taken);
    const { code, out, err } = await run(["--no-prompt", ...permissionWords(rest)]);
    assertEquals(code, 7, `without ${taken}: ${err}`);
    if (out !== "") assertEquals(JSON.parse(out).error.code, "permission");
    assertEquals(hintOf(err), quoteWord(taken), err);
  }
  if (needs.length < 2) return;
  const { code, err } = await run(["--no-prompt"]);
  assertEquals(code, 7, err);
  // What an address in a variable or a file needs is known only once it was read.
  const first = needs.filter(({ reason }) => /address/.test(reason));
  if (first.length > 0) { for (const need of first) assert(err.includes(need.target), err); }
  else assertEquals(hintOf(err), permissionWords(needs).map(quoteWord).join(" "));
}

function hintOf(err: string): string {
  const line = err.split("\n").find((line) => line.startsWith("hint: add "));
  assert(line !== undefined, err);
  return line.slice("hint: add ".length);
}

function needOf(flag: string): PermissionNeed {
  const [, kind, target] = /^--allow-(\w+)=(.*)$/.exec(flag)!;
  return { kind: kind as PermissionNeed["kind"], target: target!, reason: "read an address" };
}
