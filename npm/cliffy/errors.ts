// The errors of @cliffy/command, with its texts.
import { closestString } from "npm:deno-std@1.4.0/text/closest_string.js";
import type { Command } from "./command.ts";
import type { ArgumentValue, Option } from "./types.ts";

export interface ValidationErrorOptions extends ErrorOptions {
  exitCode?: number;
}

/** The command line was wrong; `cmd` is the command that found it. */
export class ValidationError extends Error {
  readonly exitCode: number;
  cmd?: Command;

  constructor(message: string, { exitCode = 2, cause }: ValidationErrorOptions = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.exitCode = exitCode;
  }
}

/** The program was built wrongly: never a ValidationError. */
export class BuildError extends Error {}

export function getFlag(name: string): string {
  if (name.startsWith("-")) return name;
  return name.length > 1 ? `--${name}` : `-${name}`;
}

function didYouMean(kind: string, given: string, known: readonly string[]): string {
  const nearest: string | undefined = known.length ? closestString(given, known) : undefined;
  return nearest ? ` Did you mean ${kind} "${nearest}"?` : "";
}

export function unknownOption(given: string, options: readonly Option[]): ValidationError {
  const flag = getFlag(given);
  const known = options.flatMap((o) => [o.name, ...(o.aliases ?? [])]).map(getFlag);
  return new ValidationError(`Unknown option "${flag}".${didYouMean("option", flag, known)}`);
}

export function unknownCommand(given: string, commands: readonly Command[]): ValidationError {
  const known = commands.map((command) => command.getName());
  return new ValidationError(`Unknown command "${given}".${didYouMean("command", given, known)}`);
}

export function unknownType(given: string, types: readonly string[]): BuildError {
  return new BuildError(`Unknown type "${given}".${didYouMean("type", given, types)}`);
}

export function invalidType(
  { label, name, type, value }: ArgumentValue,
  expected?: readonly (string | number | boolean)[],
): ValidationError {
  const hint = expected ? ` Expected values: ${expected.map((one) => `"${one}"`).join(", ")}` : "";
  return new ValidationError(
    `${label} "${name}" must be of type "${type}", but got "${value}".${hint}`,
  );
}
