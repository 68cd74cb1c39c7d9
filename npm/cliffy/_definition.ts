// Reads `-o, --output <file:string>` and `<source> [target...]`.
import { BuildError } from "./errors.ts";
import type { Argument, Option, OptionOptions } from "./types.ts";

export interface SplitDefinition {
  flags: string[];
  typeDefinition: string;
  equalsSign: boolean;
}

/** `-o, --output <file>` → its flags and `<file>`. */
export function splitDefinition(text: string): SplitDefinition {
  const flags = text.trim().split(/[, =] */g);
  const types: string[] = [];
  while (flags.length && /^[<\[].+[\]>]$/.test(flags.at(-1)!)) types.unshift(flags.pop()!);
  return { flags, typeDefinition: types.join(" "), equalsSign: text.includes("=") };
}

/** `<source:file> [rest...:string]` → one Argument each. */
export function parseArguments(text: string, descriptions: readonly string[] = []): Argument[] {
  const found: Argument[] = [];
  for (const [index, raw] of text.split(/ +/).entries()) {
    const match = /^([<\[])(\.\.\.)?([^:<>\[\]]+?)(\.\.\.)?(?::([^:<>\[\]]+)(\[\])?)?[\]>]$/.exec(
      raw,
    );
    if (!match) continue;
    const [, bracket, left, name, right, type = "string", list] = match;
    const last = found.at(-1);
    if (last?.variadic) {
      throw new BuildError(`An argument cannot follow an variadic argument, but got "${raw}".`);
    }
    if (bracket === "<" && last?.optional) {
      throw new BuildError(
        `An required argument cannot follow an optional argument, but "${name}"  is defined as required.`,
      );
    }
    found.push({
      name: name!,
      type,
      action: type,
      raw,
      optional: bracket === "[",
      variadic: left !== undefined || right !== undefined,
      list: list !== undefined,
      ...(descriptions[index] === undefined ? {} : { description: descriptions[index] }),
    });
  }
  return found;
}

/** An option from its flags; refuses what this stand-in does not do. */
export function defineOption(text: string, description: string, options: OptionOptions): Option {
  const { flags, typeDefinition, equalsSign } = splitDefinition(text);
  const args = typeDefinition ? parseArguments(typeDefinition) : [];
  const names = flags.filter((flag) => flag.startsWith("--")).map((flag) => flag.slice(2));
  const [name, ...others] = names;
  if (name === undefined) throw new BuildError(`Option "${text}" has no long name`);
  if (args.length > 1 || args[0]?.variadic) {
    throw new BuildError(`Option "${text}" takes more than one value`);
  }
  if (args[0]?.list && options.separator) args[0].separator = options.separator;
  const short = flags.filter((flag) => !flag.startsWith("--")).map((flag) => flag.slice(1));
  const aliases = [...short, ...others];
  return {
    ...options,
    name,
    description,
    flags,
    args,
    equalsSign,
    typeDefinition,
    ...(aliases.length ? { aliases } : {}),
  };
}
