/**
 * Standalone binaries: `deno task compile [--target TRIPLE[,TRIPLE]] [--out dist] [--print]`.
 *
 * `deno compile` puts the command line behind Deno's runtime, which it downloads for each system, or
 * takes from `DENORT_BIN`, or from its cache. Beside the binaries stand `SHA256SUMS` and a bill of
 * materials. `--print` shows the commands and runs none.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { join, resolve } from "@std/path";
import config from "../deno.json" with { type: "json" };
import { IMPORT_MAP, ROOT, say } from "./_run.ts";
import { writeBillOfMaterials } from "./sbom.ts";

/** The systems that binaries are made for, as Deno names them. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

/**
 * What a binary may do is fixed when it is made, and it does not know its jobs: all but starting
 * programs and calling native libraries. What a run does not need it gives up by `--sandbox`.
 */
const BINARY_PERMISSIONS: readonly string[] = [
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-env",
  "--allow-sys",
  "--no-prompt",
];

/**
 * The arguments of the `deno compile` that makes one binary.
 *
 * @param target One of {@linkcode TARGETS}.
 * @param out The folder.
 * @returns The words after `deno`.
 */
export function compileArgs(target: string, out: string): string[] {
  return [
    "compile",
    "--quiet",
    "--frozen",
    ...IMPORT_MAP,
    // Else every package that deno.json names, the ones for tests too, would be in it.
    "--exclude-unused-npm",
    ...BINARY_PERMISSIONS,
    "--target",
    target,
    "--output",
    join(out, binaryName(target)),
    "cli.ts",
  ];
}

/**
 * The file name of a binary: version and system are in it.
 *
 * @param target One of {@linkcode TARGETS}.
 * @returns The name; Windows has `.exe`.
 */
export function binaryName(target: string): string {
  const name = `datahood-${config.version}-${target}`;
  return target.includes("windows") ? `${name}.exe` : name;
}

/** How making a binary ended; without Deno's runtime for its system there is none. */
export type Compiled = "made" | "no runtime" | "failed";

/**
 * Makes one binary, and says why if it cannot.
 *
 * @param target One of {@linkcode TARGETS}.
 * @param out The folder.
 * @returns How it ended.
 */
export async function compile(target: string, out: string): Promise<Compiled> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: compileArgs(target, out),
    cwd: ROOT,
    stdin: "null",
    stdout: "inherit",
    stderr: "piped",
  }).output();
  if (code === 0) return "made";
  const said = new TextDecoder().decode(stderr).trim();
  const runtime = /denort|dl\.deno\.land|download/i.test(said);
  say(
    runtime
      ? `${target}: Deno's runtime for it cannot be downloaded; DENORT_BIN may name one that is here`
      : `${target}: deno compile ended with ${code}\n${said}`,
  );
  return runtime ? "no runtime" : "failed";
}

async function sums(out: string, names: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const name of names) {
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(join(out, name)));
    lines.push(`${new Uint8Array(digest).toHex()}  ${name}\n`);
  }
  return lines.join("");
}

async function main(args: string[]): Promise<number> {
  const wrong: string[] = [];
  const flags = parseArgs(args, {
    string: ["target", "out"],
    boolean: ["print"],
    default: { out: "dist" },
    unknown: (arg) => void wrong.push(arg),
  });
  if (flags.out === "") wrong.push("--out without a folder");
  if (wrong.length > 0) {
    say(`Cannot compile with ${wrong.join(", ")}: known are --target, --out and --print`);
    return 2;
  }
  const targets: readonly string[] = flags.target?.split(",") ?? TARGETS;
  const unknown = targets.find((target) => !(TARGETS as readonly string[]).includes(target));
  if (unknown !== undefined) {
    say(`Cannot compile for "${unknown}": known are ${TARGETS.join(", ")}`);
    return 2;
  }
  const out = resolve(ROOT, flags.out);
  if (flags.print) {
    for (const target of targets) say(`deno ${compileArgs(target, flags.out).join(" ")}`);
    return 0;
  }
  await Deno.mkdir(out, { recursive: true });
  const made: string[] = [];
  for (const target of targets) {
    if (await compile(target, out) === "made") made.push(binaryName(target));
  }
  if (made.length < targets.length) return 1;
  await Deno.writeTextFile(join(out, "SHA256SUMS"), await sums(out, made));
  await writeBillOfMaterials(join(out, "datahood.cdx.json"));
  for (const name of made) say(`${flags.out}/${name}`);
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
