/**
 * A stand-in for `@cliffy/command` 1.x, for networks that reach only an npm registry. It has the
 * names, the rules and the texts of what `src/cli` uses, and refuses the rest.
 * `tests/cli/stand_in_test.ts` runs the same command lines against it and, under `deno task test:jsr`,
 * against the real package. Help is always without colour, as `help({colors: false})` asks for.
 */
import { defineOption, parseArguments, splitDefinition } from "./_definition.ts";
import { firstLine, HelpText } from "./_help.ts";
import { CommandLine } from "./_line.ts";
import { BuildError, getFlag, unknownCommand, unknownType, ValidationError } from "./errors.ts";
import {
  type ActionHandler,
  type Argument,
  type ArgumentValue,
  type CommandResult,
  type Description,
  type Example,
  type GlobalOptionOptions,
  type HelpOptions,
  type Option,
  type OptionOptions,
  Type,
  type TypeDef,
  type TypeOptions,
  type TypeOrTypeHandler,
} from "./types.ts";
import { DEFAULT_TYPES } from "./_default_types.ts";

export type * from "./types.ts";
export { Type } from "./types.ts";
export { ValidationError, type ValidationErrorOptions } from "./errors.ts";
export * from "./value_types.ts";

/** `@std/fmt/colors` style: colours unless NO_COLOR is set. */
const style = (open: number, close: number, text: string) =>
  Deno.noColor ? text : `\x1b[${open}m${text}\x1b[${close}m`;

// deno-lint-ignore no-console
const print = (text: unknown) => console.log(text);

export class Command {
  #selected: Command = this;
  #parent: Command | undefined;
  #name = "COMMAND";
  #version: (() => string) | undefined;
  #description: Description = "";
  #usage: string | undefined;
  #help: (HelpOptions & { auto?: boolean }) | undefined;
  #arguments: string | undefined;
  #argumentDescriptions: string[] = [];
  #action: ActionHandler | undefined;
  #examples: Example[] = [];
  #aliases: string[] = [];
  #options: Option[] = [];
  #types = new Map<string, TypeDef>();
  #commands = new Map<string, Command>();
  #groupName: string | undefined;
  #hidden = false;
  #throwErrors = false;
  #exits: boolean | undefined;
  #isRoot = false;
  #hasDefaults = false;
  #rawArgs: string[] = [];
  #literalArgs: string[] = [];
  #helpOption: Option | undefined;

  // Building: each call goes to the command added last, until reset().

  name(name: string): this {
    this.#selected.#name = name;
    return this;
  }

  version(version: string | (() => string)): this {
    this.#selected.#version = typeof version === "string" ? () => version : version;
    return this;
  }

  description(description: Description): this {
    this.#selected.#description = description;
    return this;
  }

  usage(usage: string): this {
    this.#selected.#usage = usage;
    return this;
  }

  help(options: HelpOptions & { auto?: boolean }): this {
    this.#selected.#help = options;
    return this;
  }

  hidden(): this {
    this.#selected.#hidden = true;
    return this;
  }

  alias(alias: string): this {
    const command = this.#selected;
    if (command.#name === alias || command.#aliases.includes(alias)) {
      throw new BuildError(`Duplicate command alias "${alias}".`);
    }
    command.#aliases.push(alias);
    return this;
  }

  arguments(args: string, descriptions: string[] = []): this {
    this.#selected.#arguments = args;
    this.#selected.#argumentDescriptions = descriptions;
    return this;
  }

  action(action: ActionHandler): this {
    this.#selected.#action = action;
    return this;
  }

  example(name: string, description: string): this {
    if (this.#selected.#examples.some((example) => example.name === name)) {
      throw new BuildError(`Example with name "${name}" already exists.`);
    }
    this.#selected.#examples.push({ name, description });
    return this;
  }

  /** The heading in the help under which the options that follow stand. */
  group(name: string | null): this {
    this.#groupName = name ?? undefined;
    return this;
  }

  option(flags: string, description: string, options: OptionOptions = {}): this {
    const option = defineOption(flags, description, options);
    if (this.#groupName !== undefined) option.groupName = this.#groupName;
    const command = this.#selected;
    for (const name of [option.name, ...(option.aliases ?? [])]) {
      if (command.#options.some((one) => one.name === name || one.aliases?.includes(name))) {
        throw new BuildError(
          `An option with name '${
            getFlag(name)
          }' is already registered on command '${this.getPath()}'.`,
        );
      }
    }
    if (option.prepend) command.#options.unshift(option);
    else command.#options.push(option);
    return this;
  }

  globalOption(flags: string, description: string, options: GlobalOptionOptions = {}): this {
    return this.option(flags, description, { ...options, global: true });
  }

  type(name: string, handler: TypeOrTypeHandler<unknown>, options: TypeOptions = {}): this {
    if (this.#selected.#types.has(name) && !options.override) {
      throw new BuildError(`Type with name "${name}" already exists.`);
    }
    this.#selected.#types.set(name, { ...options, name, handler });
    return this;
  }

  globalType(
    name: string,
    handler: TypeOrTypeHandler<unknown>,
    options: Omit<TypeOptions, "global"> = {},
  ): this {
    return this.type(name, handler, { ...options, global: true });
  }

  command(nameAndArguments: string, commandOrDescription?: Command | string): Command {
    this.reset();
    const { flags: [name, ...aliases], typeDefinition } = splitDefinition(nameAndArguments);
    if (!name) throw new BuildError("Missing command name.");
    if (this.getCommand(name, true)) throw new BuildError(`Duplicate command name "${name}".`);
    const command = commandOrDescription instanceof Command
      ? commandOrDescription.reset()
      : new Command();
    command.#name = name;
    command.#parent = this;
    if (typeof commandOrDescription === "string") command.description(commandOrDescription);
    if (typeDefinition) command.arguments(typeDefinition);
    for (const alias of aliases) command.alias(alias);
    this.#commands.set(name, command);
    this.#selected = command;
    return this;
  }

  reset(): this {
    this.#groupName = undefined;
    this.#selected = this;
    return this;
  }

  throwErrors(): this {
    this.#selected.#throwErrors = true;
    return this;
  }

  noExit(): this {
    this.#selected.#exits = false;
    return this.throwErrors();
  }

  // Running

  async parse(args: string[] = Deno.args): Promise<CommandResult> {
    this.#isRoot = true;
    return await this.#run(new CommandLine(args));
  }

  async #run(line: CommandLine): Promise<CommandResult> {
    try {
      this.reset();
      this.#registerDefaults();
      this.#rawArgs = [...line.rest];
      const child = this.#selectChild(line);
      if (child) return await child.#run(line);

      const options = this.getOptions(true);
      const args = this.getArguments();
      line.readAll(options, args, (value) => this.#parseValue(value));
      line.finish(options, args);
      this.#refuseUndeclared(line);
      this.#literalArgs = line.literal;
      const words = await Promise.all(line.args);
      const given = { ...line.values };
      const result = { options: given, args: words, literal: line.literal, cmd: this };
      await Promise.all(line.actions.map((action) => action.call(this, given, ...words)));
      if (line.standalone) return result;
      const nothing = !words.length && !line.undeclared.length && !line.hasFlags;
      if (this.#commands.size && nothing && !this.#action && this.#showsHelpAlone()) {
        this.showHelp();
        this.#exit();
      }
      await this.#action?.call(this, given, ...words);
      return result;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The sub-command that the first word names, with global options before it. */
  #selectChild(line: CommandLine): Command | undefined {
    const take = () => {
      const child = this.getCommand(line.rest[0] ?? "", true);
      if (child) line.rest.shift();
      return child;
    };
    const child = take();
    if (child || !line.rest.length) return child;
    const name = line.rest[0]!.replace(/^-+/, "").split("=", 1)[0]!;
    const globals = this.getOptions(true).filter((option) => option.global);
    const option = globals.find((one) => one.name === name || one.aliases?.includes(name));
    if (!option || option.standalone) return undefined;
    line.readLeadingOptions(globals, (value) => this.#parseValue(value));
    return take();
  }

  #refuseUndeclared(line: CommandLine): void {
    const [first] = line.undeclared;
    if (first === undefined) return;
    if (!this.#commands.size) {
      throw new ValidationError(`No arguments allowed for command "${this.getPath()}".`);
    }
    if (this.getCommand(first, true)) {
      throw new ValidationError(`Too many arguments: ${line.undeclared.join(" ")}`);
    }
    throw unknownCommand(first, this.getCommands());
  }

  #parseValue(value: ArgumentValue): unknown {
    const type = this.getType(value.type);
    if (!type) throw unknownType(value.type, this.getTypes().map((one) => one.name));
    return type.handler instanceof Type ? type.handler.parse(value) : type.handler(value);
  }

  #fail(cause: unknown): never {
    const error = cause instanceof Error ? cause : new Error(`[non-error-thrown] ${cause}`);
    if (!(error instanceof ValidationError)) throw error;
    error.cmd ??= this;
    if (this.#shouldThrow()) throw error;
    error.cmd.showHelp();
    const label = style(1, 22, "error");
    // deno-lint-ignore no-console
    console.error(style(31, 39, `  ${label}: ${error.message}\n`));
    Deno.exit(error.exitCode);
  }

  #shouldThrow(): boolean {
    return this.#throwErrors || !!this.#parent && this.#parent.#shouldThrow();
  }

  #shouldExit(): boolean {
    return this.#exits ?? (this.#parent ? this.#parent.#shouldExit() : true);
  }

  #exit(): void {
    if (this.#shouldExit()) Deno.exit(0);
  }

  #showsHelpAlone(): boolean {
    return this.#help?.auto ?? (this.#parent ? this.#parent.#showsHelpAlone() : true);
  }

  #registerDefaults(): void {
    if (this.#parent) {
      if (this.#isRoot) this.getMainCommand().#registerDefaults();
      return;
    }
    if (this.#hasDefaults) return;
    this.#hasDefaults = true;
    this.reset();
    for (const [name, type] of Object.entries(DEFAULT_TYPES)) {
      if (!this.#types.has(name)) this.globalType(name, type);
    }
    if (this.#version) {
      this.option("-V, --version", "Show the version number for this program.", {
        standalone: true,
        prepend: true,
        action() {
          if (this.getRawArgs().includes("--version")) this.showLongVersion();
          else this.showVersion();
          this.#exit();
        },
      });
    }
    this.option("-h, --help", "Show this help.", {
      standalone: true,
      global: true,
      prepend: true,
      action() {
        this.showHelp({ long: this.getRawArgs().includes("--help") });
        this.#exit();
      },
    });
    this.#helpOption = this.#options[0];
  }

  // Reading the tree

  getName(): string {
    return this.#name;
  }

  getAliases(): string[] {
    return this.#aliases;
  }

  getParent(): Command | undefined {
    return this.#parent;
  }

  getMainCommand(): Command {
    return this.#parent?.getMainCommand() ?? this;
  }

  getPath(name?: string): string {
    return this.#parent && !this.#isRoot
      ? `${this.#parent.getPath(name)} ${this.#name}`
      : name || this.#name;
  }

  getVersion(): string | undefined {
    return this.#version?.() ?? this.#parent?.getVersion();
  }

  getDescription(): string {
    return typeof this.#description === "function"
      ? this.#description = this.#description.call(this)
      : this.#description;
  }

  getShortDescription(): string {
    return firstLine(this.getDescription());
  }

  getUsage(): string {
    if (this.#usage !== undefined) return this.#usage;
    const required = this.getOptions().filter((option) => option.required).map((option) =>
      [option.flags.find((flag) => flag.startsWith("--")), option.typeDefinition]
        .filter(Boolean).join(" ")
    );
    return [this.getArgsDefinition(), required.join(" ")].join(" ").trim();
  }

  getArgsDefinition(): string | undefined {
    return this.#arguments;
  }

  getArguments(): Argument[] {
    return this.#arguments ? parseArguments(this.#arguments, this.#argumentDescriptions) : [];
  }

  hasArguments(): boolean {
    return !!this.#arguments;
  }

  getExamples(): Example[] {
    return this.#examples;
  }

  getRawArgs(): string[] {
    return this.#rawArgs;
  }

  getLiteralArgs(): string[] {
    return this.#literalArgs;
  }

  /** Options of this command, the global ones of its parents first. */
  getOptions(hidden = false): Option[] {
    return [...this.getGlobalOptions(hidden), ...this.getBaseOptions(hidden)];
  }

  getBaseOptions(hidden = false): Option[] {
    return this.#options.filter((option) => hidden || !option.hidden);
  }

  getGlobalOptions(hidden = false): Option[] {
    const found: Option[] = [];
    for (let above = this.#parent; above; above = above.#parent) {
      for (const option of above.#options) {
        const isKnown = [...this.#options, ...found].some((one) => one.name === option.name);
        if (option.global && !isKnown && (hidden || !option.hidden)) found.push(option);
      }
    }
    return found;
  }

  getOption(name: string, hidden = false): Option | undefined {
    return this.getOptions(hidden).find((one) => one.name === name || one.aliases?.includes(name));
  }

  getHelpOption(): Option | undefined {
    return this.#helpOption ?? this.#parent?.getHelpOption();
  }

  hasCommands(hidden = false): boolean {
    return this.getCommands(hidden).length > 0;
  }

  getCommands(hidden = false): Command[] {
    return [...this.#commands.values()].filter((command) => hidden || !command.#hidden);
  }

  getCommand(name: string, hidden = false): Command | undefined {
    return this.getCommands(hidden).find((command) =>
      command.#name === name || command.#aliases.includes(name)
    );
  }

  getTypes(): TypeDef[] {
    const found = [...this.#types.values()];
    for (let above = this.#parent; above; above = above.#parent) {
      for (const type of above.#types.values()) {
        if (type.global && !found.some((one) => one.name === type.name)) found.unshift(type);
      }
    }
    return found;
  }

  getType(name: string): TypeDef | undefined {
    return this.getTypes().find((type) => type.name === name);
  }

  // Help and version

  getHelp(options: HelpOptions = {}): string {
    this.#registerDefaults();
    return new HelpText(this, { ...this.#helpOptions(), ...options }).toString();
  }

  #helpOptions(): HelpOptions {
    if (this.#help) return this.#help;
    return this.#parent ? this.#parent.#helpOptions() : {};
  }

  showHelp(options: HelpOptions = {}): void {
    print(this.getHelp(options));
  }

  showVersion(): void {
    print(this.getVersion());
  }

  getLongVersion(): string {
    return `${style(1, 22, this.getMainCommand().#name)} ${style(94, 39, this.getVersion() ?? "")}`;
  }

  showLongVersion(): void {
    print(this.getLongVersion());
  }
}
