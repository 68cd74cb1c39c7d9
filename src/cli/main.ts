import { type ArgumentValue, Command, Type, ValidationError } from "@cliffy/command";
import config from "../../deno.json" with { type: "json" };
import { EXIT_CODES, UsageError } from "../core/mod.ts";
import { type CliIo, ClosedOutput, NotRunHere, processIo } from "./_io.ts";
import { addOptions, type CommandData, spellings } from "./_options.ts";
import { commandAt, TREE, wholeTree } from "./_tree.ts";
import { reportError } from "./render/error.ts";
import { helpAsked, usageError } from "./_usage.ts";
import { SANDBOX, withoutSandbox } from "./_sandbox_option.ts";

/** What a command does once its words are read. */
type Action = (
  flags: Record<string, unknown>,
  words: readonly string[],
  io: CliIo,
) => Promise<number>;

/** The work of each command is loaded when it is asked for: help needs no driver. */
const ACTIONS: Readonly<Record<string, Action>> = {
  "datahood transfer": async (flags, words, io) =>
    (await import("./commands/transfer/generic.ts")).transferCommand(flags, words, io),
  "datahood transfer mongo-to-mongo": async (flags, words, io) =>
    (await import("./commands/transfer/presets.ts")).mongoToMongo(flags, words, io),
  "datahood transfer mongo-to-bson": async (flags, words, io) =>
    (await import("./commands/transfer/presets.ts")).mongoToBson(flags, words, io),
  "datahood transfer bson-to-mongo": async (flags, words, io) =>
    (await import("./commands/transfer/presets.ts")).bsonToMongo(flags, words, io),
  "datahood schema": async (flags, words, io) =>
    (await import("./commands/schema/generic.ts")).schemaCommand(flags, words, io),
  "datahood schema from-bson": async (flags, words, io) =>
    (await import("./commands/schema/presets.ts")).fromBson(flags, words, io),
  "datahood schema from-mongo": async (flags, words, io) =>
    (await import("./commands/schema/presets.ts")).fromMongo(flags, words, io),
  "datahood schema check": async (flags, words, io) =>
    (await import("./commands/schema/check.ts")).checkCommand(flags, words, io),
  "datahood schema diff": async (flags, words, io) =>
    (await import("./commands/schema/check.ts")).diffCommand(flags, words, io),
  "datahood schema merge": async (flags, words, io) =>
    (await import("./commands/schema/merge.ts")).mergeCommand(flags, words, io),
  "datahood schema report": async (flags, words, io) =>
    (await import("./commands/schema/report.ts")).reportCommand(flags, words, io),
  "datahood inspect": async (flags, words, io) =>
    (await import("./commands/inspect.ts")).inspectCommand(flags, words, io),
  "datahood verify": async (flags, words, io) =>
    (await import("./commands/verify.ts")).verifyCommand(flags, words, io),
  "datahood connectors": async (flags, _words, io) =>
    (await import("./commands/connectors.ts")).connectorsCommand(flags, io),
  "datahood completions": async (_flags, words, io) =>
    (await import("./commands/completions.ts")).completionsCommand(words, io),
};

/** An argument; the parser takes an unknown option for one, which is refused here. */
class WordType extends Type<string> {
  override parse({ value }: ArgumentValue): string {
    if (/^-+[a-z]/i.test(value)) throw new ValidationError(`Unknown option "${value}".`);
    return value;
  }
}

function build(
  data: CommandData,
  path: string,
  io: CliIo,
  done: (code: number) => void,
  own?: Action,
): Command {
  const command = new Command();
  command.description(data.help);
  if (data.arguments !== undefined) command.arguments(data.arguments);
  addOptions(command, data.groups ?? []);
  for (const [name, line] of data.examples ?? []) command.example(name, line);
  const action = path === "datahood permissions" ? own : ACTIONS[path];
  if (action !== undefined) {
    command.action(async (flags: unknown, ...words: unknown[]) =>
      done(await action(flags as Record<string, unknown>, words.map(String), io))
    );
  } else {
    command.action(() => command.showHelp());
  }
  for (const child of data.commands ?? []) {
    command.command(child.name, build(child, `${path} ${child.name}`, io, done, own));
    command.reset();
  }
  return command;
}

/** Refuses what the parser would take for something else: `--limit ""`, which it drops. */
function refuseEmptyValues(args: readonly string[], tree: CommandData): void {
  const options = (commandAt(args, tree).groups ?? []).flatMap((group) => group.options);
  for (let i = 0; i < args.length && args[i] !== "--"; i++) {
    const [name = "", ...value] = args[i]!.split("=");
    const option = options.find((option) => spellings(option).names.includes(name));
    if (option === undefined || !spellings(option).takesValue) continue;
    const given = value.length > 0 ? value.join("=") : args[++i];
    if (given === "") {
      throw new UsageError(`Cannot use ${name} "": the value is empty.`, {
        hint: `give a value, or leave ${name} out`,
      });
    }
  }
}

/**
 * Runs the command line.
 *
 * @param args The words after the program's name.
 * @param io The process; a test may give another.
 * @returns The exit code, one of {@linkcode EXIT_CODES}.
 *
 * @example
 * ```ts
 * import { main } from "@datahood/cli/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["connectors", "--nonsense"]), 2);
 * ```
 */
export async function main(args: readonly string[], io: CliIo = processIo()): Promise<number> {
  const asked = helpAsked(args);
  if (asked !== undefined) return await run(asked, io);
  if (args[0] === "permissions") return await askPermissions(args.slice(1), io);
  const plain = withoutSandbox(args);
  // Given more than once, or to a command that has none, it is a mistake that the parser tells.
  if (plain.length !== args.length - 1 || !takesSandbox(args)) return await run(args, io);
  try {
    const { givingUp, runConfined } = await import("./_sandbox.ts");
    return await runConfined(plain, io) ?? await run(args, givingUp(plain, io));
  } catch (error) {
    return reportError(error, args, io);
  }
}

function takesSandbox(args: readonly string[]): boolean {
  return (commandAt(args).groups ?? []).some(({ options }) =>
    options.some(({ flags }) => flags === SANDBOX)
  );
}

/** The words behind the first that is no option are the command line that is asked about. */
async function askPermissions(args: readonly string[], io: CliIo): Promise<number> {
  const at = args.findIndex((word) => !word.startsWith("-"));
  const own = at < 0 ? args : args.slice(0, at);
  const words = at < 0 ? [] : args.slice(at);
  return await run(["permissions", ...own], io, async (flags) => {
    const { permissionsCommand } = await import("./commands/permissions.ts");
    // What would be run confined needs the same, and is not run here either.
    return await permissionsCommand(flags, withoutSandbox(words), io, run);
  });
}

/** Words behind `--` are no options: one that begins with a dash is a file here. */
function withoutSeparator(args: readonly string[]): readonly string[] {
  const at = args.indexOf("--");
  if (at < 0) return args;
  const words = args.slice(at + 1).map((word) => /^-./.test(word) ? `./${word}` : word);
  return [...args.slice(0, at), ...words];
}

/** Parses a command line and does what it says; `action` stands in for that of its command. */
async function run(
  args: readonly string[],
  io: CliIo,
  action?: Action,
): Promise<number> {
  let code: number = EXIT_CODES.done;
  // Only these commands have options that generators bring along.
  const tree = args[0] === "schema" ? await wholeTree() : TREE;
  const root = build(tree, tree.name, io, (result) => code = result, action);
  root.name(TREE.name).version(config.version).help({ colors: false }).throwErrors().noExit()
    .globalType("word", new WordType());
  try {
    if (args.length === 1 && args[0] === "--version") {
      // The parser's own line has colours, in files too.
      io.out(`${TREE.name} ${config.version}\n`);
      return code;
    }
    refuseEmptyValues(args, tree);
    await root.parse([...withoutSeparator(args)]);
    return code;
  } catch (error) {
    if (error instanceof ClosedOutput) return EXIT_CODES.done;
    if (error instanceof NotRunHere) return error.code;
    return reportError(
      error instanceof ValidationError ? usageError(error, args, tree) : error,
      args,
      io,
    );
  }
}
