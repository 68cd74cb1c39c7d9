import { type OptionSpec, UsageError } from "../../../core/mod.ts";
import { nearest } from "../../../connectors/_nearest.ts";
import { GENERATORS } from "../../../schema/gen/all.ts";
import type { Generator } from "../../../schema/gen/generator.ts";
import type { SchemaTarget } from "../../../schema/schema_files.ts";
import type { OptionData } from "../../_options.ts";
import { list, type RawFlags } from "../transfer/_flags.ts";

/** The key under which the parser gives an option: `--no-x` gives `x: false`. */
function keyOf({ flag }: OptionSpec): string {
  const name = /--(?:no-)?([a-z][\w-]*)/.exec(flag)?.[1] ?? "";
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function isNegative({ flag }: OptionSpec): boolean {
  return flag.startsWith("--no-");
}

function wasGiven(spec: OptionSpec, raw: RawFlags): boolean {
  const value = raw[keyOf(spec)];
  return isNegative(spec) ? value === false : value !== undefined;
}

/**
 * The options of generators, each once: what several have in common has one flag.
 *
 * @param only Their kinds; all by default.
 */
export function generatorOptions(only?: readonly string[]): readonly OptionData[] {
  const found = new Map<string, { spec: OptionSpec; kinds: string[] }>();
  for (const { kind, options } of GENERATORS) {
    if (only?.includes(kind) === false) continue;
    for (const spec of options) {
      const known = found.get(spec.flag);
      if (known === undefined) found.set(spec.flag, { spec, kinds: [kind] });
      else known.kinds.push(kind);
    }
  }
  return [...found.values()].map(({ spec, kinds }): OptionData => {
    // A word that is a value stays as it is.
    const help = spec.help.replace(/^[a-z](?!\w*:)/, (letter) => letter.toUpperCase())
      .replace(/\.$/, "");
    const preset = spec.default === undefined ? "" : ` Default ${spec.default}.`;
    return {
      flags: spec.flag,
      help: `${help}.${preset} (${kinds.join(", ")})`,
      ...(spec.words === undefined ? {} : { words: spec.words }),
    };
  });
}

/** The names that `--to` takes. */
function targetNames(): readonly string[] {
  return GENERATORS.map(({ kind }) => kind);
}

function byKind(kind: string): Generator {
  const found = GENERATORS.find((generator) => generator.kind === kind);
  if (found !== undefined) return found;
  const meant = meantKinds(kind.toLowerCase());
  throw new UsageError(
    `Cannot use --to "${kind}": the target is unknown. Known are ${targetNames().join(", ")}.`,
    meant.length === 0
      ? {}
      : { hint: `did you mean ${meant.map((name) => `--to ${name}`).join(" or ")}?` },
  );
}

/** Targets that a word may stand for: the ending of their files, the begin of their names, a slip. */
function meantKinds(word: string): readonly string[] {
  if (word === "") return [];
  const [ending] = GENERATORS.filter(({ extension }) => lastOf(extension) === `.${word}`)
    .map(({ extension }) => extension).sort((a, b) => a.length - b.length);
  const byEnding = GENERATORS.filter(({ extension }) => extension === ending);
  if (byEnding.length > 0) return byEnding.map(({ kind }) => kind);
  const begun = targetNames().filter((name) => name.startsWith(word));
  if (begun.length > 0) return begun;
  const near = nearest(word, targetNames());
  return near === undefined ? [] : [near];
}

/** What `--to` names, without doubles; nothing if it is not given. */
export function namedTargets(raw: RawFlags): readonly string[] {
  const given = list(raw, "to");
  const kinds = given.flatMap((text) => text.split(",")).map((kind) => kind.trim())
    .filter((kind) => kind !== "");
  if (given.length > 0 && kinds.length === 0) {
    throw new UsageError(`Cannot use --to "${given.join(" ")}": it names no target.`, {
      hint: `known are ${targetNames().join(", ")}`,
    });
  }
  return [...new Set(kinds)];
}

/** The generators that are meant, each with its own options of those that were given. */
export function chooseTargets(
  kinds: readonly string[],
  output: string | undefined,
  raw: RawFlags,
): readonly SchemaTarget[] {
  const generators = kinds.length === 0 ? [byOutput(output)] : kinds.map(byKind);
  refuseForeignOptions(generators, raw);
  return generators.map((generator) => {
    const options: Record<string, string | boolean> = {};
    for (const spec of generator.options) {
      if (!wasGiven(spec, raw)) continue;
      const value = raw[keyOf(spec)];
      options[spec.name] = typeof value === "string" ? value : !isNegative(spec);
    }
    return { generator, options };
  });
}

/** The last part of an ending: what says the language, as `.ts` of `.zod.ts`. */
function lastOf(name: string): string {
  return /\.[^./\\]+$/.exec(name)?.[0] ?? "";
}

/** Where no target is named, the file's name may say it. */
function byOutput(output: string | undefined): Generator {
  const standard = GENERATORS[0]!;
  if (output === undefined) return standard;
  const fit = GENERATORS.filter(({ extension }) => output.endsWith(extension));
  const longest = Math.max(...fit.map(({ extension }) => extension.length));
  const closest = fit.filter(({ extension }) => extension.length === longest);
  if (closest.length === 1) return closest[0]!;
  const last = lastOf(output);
  const may = closest.length > 1
    ? closest
    : GENERATORS.filter(({ extension }) => lastOf(extension) === last);
  if (may.length === 0) return standard;
  const names = may.map(({ kind }) => `--to ${kind}`);
  throw new UsageError(`Cannot tell what "${output}" is to hold: several targets end so.`, {
    hint: `say ${names.join(" or ")}`,
  });
}

function refuseForeignOptions(chosen: readonly Generator[], raw: RawFlags): void {
  for (const { options } of GENERATORS) {
    for (const spec of options) {
      if (!wasGiven(spec, raw)) continue;
      const has = ({ options }: Generator) => options.some(({ flag }) => flag === spec.flag);
      if (chosen.some(has)) continue;
      const flag = spec.flag.split(" ")[0]!;
      const names = GENERATORS.filter(has).map(({ kind }) => kind);
      throw new UsageError(
        `Cannot use ${flag} with --to ${chosen.map(({ kind }) => kind).join(",")}: ` +
          `it is an option of ${names.join(", ")}.`,
        { hint: `leave it out, or add --to ${names[0]}` },
      );
    }
  }
}
