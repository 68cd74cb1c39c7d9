// Reads a command line from left to right by the rules of @cliffy/command.
import { attributeOf, OptionValues } from "./_option_values.ts";
import { getFlag, unknownOption, ValidationError } from "./errors.ts";
import type { ActionHandler, Argument, ArgumentValue, Option } from "./types.ts";

/** Parses one value by the type it names. */
export type ParseValue = (value: ArgumentValue) => unknown;

const bare = (flag: string) => flag.replace(/^-+/, "");

function find(options: readonly Option[], flag: string): Option | undefined {
  const name = bare(flag);
  return options.find((option) => option.name === name || option.aliases?.includes(name));
}

/** `-abc` → `-a -b -c`, `-n5` → `-n 5`, `-ab=x` → `-a -b=x`. */
function splitCluster(word: string): string[] {
  const at = word.indexOf("=");
  const letters = word.slice(1, at === -1 ? undefined : at);
  const parts = Number.isNaN(Number(word.at(-1)))
    ? [...letters].map((letter) => `-${letter}`)
    : [`-${letters[0]}`, ...(letters.length > 1 ? [letters.slice(1)] : [])];
  if (at !== -1) parts[parts.length - 1] += word.slice(at);
  return parts;
}

export class CommandLine {
  /** Words not read yet. */
  rest: string[];
  /** Words after `--`. */
  readonly literal: string[] = [];
  readonly args: unknown[] = [];
  /** Words that no argument is declared for, where none is declared at all. */
  readonly undeclared: string[] = [];
  /** Actions of the options given, in their order. */
  readonly actions: ActionHandler[] = [];
  standalone?: Option;
  readonly #values = new OptionValues();
  #parse: ParseValue = ({ value }) => value;
  readonly #known = new Map<Option, string>();
  readonly #given = new Set<Option>();
  /** Flags and their values as they were typed. */
  readonly #typed: string[] = [];

  constructor(words: readonly string[]) {
    this.rest = [...words];
  }

  get values(): Record<string, unknown> {
    return this.#values.all;
  }

  get hasFlags(): boolean {
    return this.#typed.length > 0;
  }

  /** Reads options as far as the first word that is none of them. */
  readLeadingOptions(options: readonly Option[], parse: ParseValue): void {
    this.#declare(options, parse);
    while (this.rest.length) {
      const word = this.rest[0]!;
      if (word.length < 2 || word[0] !== "-" || word === "--") return;
      const parts = this.#split(word);
      if (!find(options, parts[0]!.split("=", 1)[0]!)) return;
      this.rest.splice(0, 1, ...parts);
      this.#readOption(options);
    }
  }

  /** Reads all that is left as options and arguments. */
  readAll(options: readonly Option[], args: readonly Argument[], parse: ParseValue): void {
    this.#declare(options, parse);
    while (this.rest.length) {
      const word = this.rest[0]!;
      if (word === "--") {
        this.literal.push(...this.rest.splice(0).slice(1));
        return;
      }
      const isFlag = word.length > 1 && word[0] === "-";
      const parts = isFlag ? this.#split(word) : [word];
      if (isFlag && find(options, parts[0]!.split("=", 1)[0]!)) {
        this.rest.splice(0, 1, ...parts);
        this.#readOption(options);
        continue;
      }
      this.rest.shift();
      const arg = args[Math.min(this.args.length, args.length - 1)];
      if (arg && (arg.variadic || this.args.length < args.length)) {
        this.#readArgument(arg, word, parse);
      } else if (isFlag) {
        throw unknownOption(parts[0]!.split("=", 1)[0]!, options);
      } else if (args.length) {
        throw new ValidationError(`Too many arguments: ${word}`);
      } else {
        this.undeclared.push(word);
      }
    }
  }

  /** What can only be said once all is read: conflicts, what is missing, defaults. */
  finish(options: readonly Option[], args: readonly Argument[]): void {
    this.#setDefaults(options);
    if (this.standalone) {
      for (const option of this.#given) {
        if (option !== this.standalone) {
          const flag = getFlag(this.standalone.name);
          throw new ValidationError(`Option "${flag}" cannot be combined with other options.`);
        }
      }
    } else {
      for (const option of this.#given) this.#checkRelations(option, options);
      this.#checkRequired(options);
    }
    this.#checkArguments(args);
  }

  #split(word: string): string[] {
    return word[1] !== "-" && word.length > 2 && word[2] !== "." ? splitCluster(word) : [word];
  }

  #declare(options: readonly Option[], parse: ParseValue): void {
    this.#parse = parse;
    // What a negation is the opposite of is looked for among what is declared.
    const negation = (option: Option) => Number(option.name.startsWith("no-"));
    for (const option of options.toSorted((a, b) => negation(a) - negation(b))) {
      if (this.#known.has(option)) continue;
      this.#values.declare(option, this.#known.keys());
      this.#known.set(option, attributeOf(option));
    }
  }

  #parseOptionValue(option: Option, text: string): unknown {
    const { type, list, separator = "," } = option.args[0]!;
    const one = (value: string) =>
      this.#parse({ label: "Option", name: `--${option.name}`, type, value });
    return list ? text.split(separator).map(one) : one(text);
  }

  #readOption(options: readonly Option[]): void {
    const word = this.rest.shift()!;
    this.#typed.push(word);
    const at = word.indexOf("=");
    const flag = at === -1 ? word : word.slice(0, at);
    const inline = at === -1 ? undefined : word.slice(at + 1);
    const option = find(options, flag)!;
    const name = this.#known.get(option)!;
    if (option.standalone) this.standalone = option;
    const before = this.#isGiven(name) ? this.values[name] : undefined;
    if (before !== undefined && !option.collect) {
      const shown = getFlag(flag).replace(/^--no-/, "--");
      throw new ValidationError(
        `Option "${shown}" can only occur once, but was found several times.`,
      );
    }
    const arg = option.args[0];
    if (!arg) {
      if (inline !== undefined) {
        const shown = getFlag(option.name);
        throw new ValidationError(`Option "${shown}" doesn't take a value, but got "${inline}".`);
      }
      const value = !option.name.startsWith("no-");
      this.#store(name, option.collect ? [...(before as unknown[] ?? []), true] : value);
    } else {
      const next = inline ?? this.rest[0];
      const taken = next !== undefined && this.#isValue(option, arg, next, inline, options);
      if (taken && inline === undefined) this.#typed.push(this.rest.shift()!);
      // An empty value is as if the option were not there.
      if (taken && next === "" && (!option.required || arg.optional)) return;
      if (taken) {
        const value = this.#parseOptionValue(option, next);
        this.#store(name, option.collect ? [...(before as unknown[] ?? []), value] : value);
      } else if (arg.optional) this.#storeWithoutValue(option, name, before);
      else throw new ValidationError(`Missing value for option "${getFlag(option.name)}".`);
    }
    this.#given.add(option);
    if (option.action) this.actions.push(option.action);
  }

  #isValue(
    option: Option,
    arg: Argument,
    next: string,
    inline: string | undefined,
    options: readonly Option[],
  ): boolean {
    if (!arg.optional) return true;
    if (option.equalsSign && inline === undefined) return false;
    if (find(options, next)) return false;
    return next[0] !== "-" || inline !== undefined ||
      (arg.type === "number" && !Number.isNaN(Number(next)));
  }

  #storeWithoutValue(option: Option, name: string, before: unknown): void {
    const value = option.default === undefined || option.args[0]!.type === "boolean"
      ? true
      : this.#default(option);
    this.#store(name, option.collect ? [...(before as unknown[] ?? []), value] : value);
  }

  #readArgument(arg: Argument, word: string, parse: ParseValue): void {
    if (arg.optional && word === "") {
      if (!arg.variadic) this.args.push(undefined);
      return;
    }
    const one = (value: string) =>
      parse({ label: "Argument", name: arg.name, type: arg.type, value });
    this.args.push(arg.list ? word.split(arg.separator ?? ",").map(one) : one(word));
  }

  #store(name: string, value: unknown): void {
    this.#values.set(name, value, "given");
  }

  #isGiven(name: string): boolean {
    return this.#values.isGiven(name);
  }

  #default(option: Option): unknown {
    return typeof option.default === "function" ? option.default() : option.default;
  }

  #setDefaults(options: readonly Option[]): void {
    for (const option of options) {
      const name = this.#known.get(option)!;
      const value = this.#default(option);
      if (value === undefined || this.#isGiven(name)) continue;
      this.#values.set(name, value, "default");
    }
  }

  #checkRelations(option: Option, options: readonly Option[]): void {
    for (const other of option.conflicts ?? []) {
      const names = [other, ...(find(options, other)?.aliases ?? [])];
      if (this.#typed.some((word) => names.includes(bare(word).split("=", 1)[0]!))) {
        throw new ValidationError(
          `Option "${getFlag(option.name)}" conflicts with option "${getFlag(other)}".`,
        );
      }
    }
    for (const other of option.depends ?? []) {
      const needed = find(options, other);
      if (needed && this.values[this.#known.get(needed)!] !== undefined) continue;
      throw new ValidationError(
        `Option "${getFlag(option.name)}" depends on option "${getFlag(other)}".`,
      );
    }
  }

  #checkRequired(options: readonly Option[]): void {
    const given = [...this.#given];
    for (const option of options) {
      if (!option.required || this.values[this.#known.get(option)!] !== undefined) continue;
      const excused = option.conflicts?.some((name) => this.values[name]) ||
        given.some((other) => other.conflicts?.includes(option.name));
      if (!excused) {
        throw new ValidationError(`Missing required option "${getFlag(option.name)}".`);
      }
    }
  }

  #checkArguments(args: readonly Argument[]): void {
    const required = args.filter((arg) => !arg.optional);
    if (!this.args.length) {
      if (required.length && !this.standalone) {
        const names = required.map((arg) => arg.name).join(", ");
        throw new ValidationError(`Missing argument(s): ${names}`);
      }
      return;
    }
    for (const [index, arg] of args.entries()) {
      if (this.args[index] === undefined && !arg.optional) {
        throw new ValidationError(`Missing argument: ${arg.name}`);
      }
    }
  }
}
