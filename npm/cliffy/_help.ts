// The help text of a command as @cliffy/command writes it with `colors: false`.
import type { Command } from "./command.ts";
import { renderTable } from "./_table.ts";
import { getFlag } from "./errors.ts";
import { type HelpOptions, type Option, Type, type TypeDef } from "./types.ts";
import { parseArguments } from "./_definition.ts";

export function dedent(text: string): string {
  const lines = text.split(/\r?\n|\r/g);
  const start = lines.findIndex((line) => line.trim());
  if (start === -1) return "";
  const indent = lines[start]!.length - lines[start]!.trimStart().length;
  return lines.slice(start).map((line, at) => at === 0 ? line.trimStart() : line.slice(indent))
    .join("\n").trimEnd();
}

export function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0]!.trim();
}

function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns || 150;
  } catch {
    return 150; // not a terminal
  }
}

const inspect = (value: unknown) =>
  Deno.inspect(value, { depth: 1, colors: false, trailingComma: false });

export class HelpText {
  readonly #command: Command;
  readonly #options: Required<HelpOptions>;
  readonly #width: number;

  constructor(command: Command, options: HelpOptions) {
    this.#command = command;
    this.#options = {
      types: false,
      hints: true,
      colors: false,
      long: false,
      width: terminalWidth(),
      maxWidth: Infinity,
      ...options,
    };
    this.#width = Math.min(this.#options.width, this.#options.maxWidth) - 2;
  }

  toString(): string {
    return this.#header() + this.#description() + this.#arguments() + this.#optionGroups() +
      this.#commands() + this.#examples();
  }

  #section(label: string, rows: string[][], padding: number[], shrink: number[]): string {
    if (!rows.length) return "";
    const table = renderTable(rows, { padding, shrink, indent: 2, maxWidth: this.#width });
    return `\n${label}:\n\n${table}\n`;
  }

  #header(): string {
    const usage = this.#placeholders(this.#command.getUsage());
    const version = this.#command.getVersion();
    const rows = [["Usage:", this.#command.getPath() + (usage ? ` ${usage}` : "")]];
    if (version) rows.push(["Version:", version]);
    return `\n${renderTable(rows, { padding: [1] })}\n`;
  }

  #description(): string {
    const text = this.#command.getDescription();
    if (!text) return "";
    const table = renderTable([[dedent(text)]], {
      padding: [1],
      indent: 2,
      maxColumnWidth: this.#width,
    });
    return `\nDescription:\n\n${table}\n`;
  }

  #arguments(): string {
    const rows = this.#command.getArguments().filter((arg) => arg.description).map((arg) => [
      this.#placeholders(arg.raw),
      "-",
      this.#text(arg.description!),
      this.#hints(arg.optional ? [] : ["required"], this.#command.getType(arg.type)),
    ]);
    return this.#section("Arguments", rows, [2, 1, 2], [0, 0, 1, 1]);
  }

  #optionGroups(): string {
    const options = this.#command.getOptions();
    const grouped = options.some((option) => option.groupName);
    const names = grouped ? [...new Set(options.map((option) => option.groupName))] : [undefined];
    return names.map((name) =>
      this.#optionGroup(
        name ?? "Options",
        grouped ? options.filter((option) => option.groupName === name) : options,
      )
    ).join("");
  }

  #optionGroup(label: string, options: Option[]): string {
    const typed = options.some((option) => option.typeDefinition);
    const rows = options.map((option) => [
      option.flags.join(", "),
      ...(typed ? [this.#placeholders(option.typeDefinition ?? "")] : []),
      "-",
      this.#text(option.description),
      this.#optionHints(option),
    ]);
    return typed
      ? this.#section(label, rows, [2, 2, 1, 2], [0, 0, 0, 1, 1])
      : this.#section(label, rows, [2, 1, 2], [0, 0, 1, 1]);
  }

  #commands(): string {
    const commands = this.#command.getCommands();
    const typed = commands.some((command) => command.getArgsDefinition());
    const rows = commands.map((command) => [
      [command.getName(), ...command.getAliases()].join(", "),
      ...(typed ? [this.#placeholders(command.getArgsDefinition() ?? "")] : []),
      "-",
      command.getShortDescription(),
    ]);
    return typed
      ? this.#section("Commands", rows, [2, 2, 1, 2], [0, 0, 0, 1])
      : this.#section("Commands", rows, [2, 1, 2], [0, 0, 1]);
  }

  #examples(): string {
    const rows = this.#command.getExamples().map(({ name, description }) => [
      name,
      dedent(description),
    ]);
    return this.#section("Examples", rows, [1], [0, 1]);
  }

  #text(description: string): string {
    return this.#options.long ? dedent(description) : firstLine(description);
  }

  /** `<source:file> --to <format>` without the types, unless they are asked for. */
  #placeholders(text: string): string {
    return text.split(/ +/).map((part) => {
      const [arg] = parseArguments(part);
      if (!arg) return part;
      const name = arg.name + (arg.variadic ? "..." : "");
      const type = this.#options.types ? `:${arg.type}${arg.list ? "[]" : ""}` : "";
      return arg.optional ? `[${name}${type}]` : `<${name}${type}>`;
    }).join(" ");
  }

  #optionHints(option: Option): string {
    const hints: string[] = option.required ? ["required"] : [];
    const type = this.#command.getType(option.args[0]?.type ?? "");
    if (option.default !== undefined || option.defaultText !== undefined) {
      const value = typeof option.default === "function" ? option.default() : option.default;
      const typeText = type?.handler instanceof Type ? type.handler.defaultText?.() : undefined;
      const text = typeof option.defaultText === "function"
        ? option.defaultText(value)
        : option.defaultText ?? typeText ?? value;
      if (text !== undefined) hints.push(`Default: ${inspect(text)}`);
    }
    if (option.depends?.length) hints.push(`Depends: ${option.depends.map(getFlag).join(", ")}`);
    if (option.conflicts?.length) {
      hints.push(`Conflicts: ${option.conflicts.map(getFlag).join(", ")}`);
    }
    return this.#hints(hints, type);
  }

  #hints(hints: string[], type: TypeDef | undefined): string {
    if (!this.#options.hints) return "";
    const values = type?.handler instanceof Type
      ? type.handler.values?.(this.#command, this.#command.getParent())
      : undefined;
    const all = values?.length ? [...hints, `Values: ${values.map(inspect).join(", ")}`] : hints;
    return all.length ? `(${all.join(", ")})` : "";
  }
}
