// The types of @cliffy/command 1.x that a program meets, by their own names.
// Where the real ones infer an option's type from its flags, these say `any`, as the real ones do for
// what they cannot infer.
// deno-lint-ignore-file no-explicit-any
import type { Command } from "./command.ts";

/** The function that a command or an option runs. */
export type ActionHandler = (this: Command, options: any, ...args: any[]) => any;

/** What a type is asked to parse: one value and where it stands. */
export interface ArgumentValue {
  label: string;
  type: string;
  name: string;
  value: string;
}

export type TypeHandler<T = unknown> = (type: ArgumentValue) => T;
export type TypeOrTypeHandler<T> = Type<T> | TypeHandler<T>;
export type ValuesHandlerResult = Array<string | number | boolean>;
export type CompleteHandlerResult = ValuesHandlerResult | Promise<ValuesHandlerResult>;
export type Description = string | ((this: Command) => string);

/** Base class of a custom type. */
export abstract class Type<T> {
  abstract parse(type: ArgumentValue): T;
  defaultText?(): string;
  values?(cmd: Command, parent?: Command): ValuesHandlerResult;
  complete?(cmd: Command, parent?: Command): CompleteHandlerResult;
}

export interface TypeOptions {
  override?: boolean;
  global?: boolean;
}

export interface TypeDef extends TypeOptions {
  name: string;
  handler: TypeOrTypeHandler<unknown>;
}

/** One `<name:type>` or `[name:type]`. */
export interface Argument {
  name: string;
  type: string;
  action: string;
  raw: string;
  description?: string;
  optional: boolean;
  variadic: boolean;
  list: boolean;
  separator?: string;
}

export interface GlobalOptionOptions {
  hidden?: boolean;
  required?: boolean;
  collect?: boolean;
  default?: any;
  defaultText?: string | ((value: any) => string);
  conflicts?: string[];
  depends?: string[];
  separator?: string;
  standalone?: boolean;
  prepend?: boolean;
  action?: ActionHandler;
}

export interface OptionOptions extends GlobalOptionOptions {
  global?: boolean;
}

/** An option as it was declared. */
export interface Option extends OptionOptions {
  name: string;
  aliases?: string[];
  description: string;
  flags: string[];
  args: Argument[];
  equalsSign: boolean;
  typeDefinition?: string;
  groupName?: string;
}

export interface Example {
  name: string;
  description: string;
}

export interface HelpOptions {
  types?: boolean;
  hints?: boolean;
  colors?: boolean;
  long?: boolean;
  width?: number;
  maxWidth?: number;
}

/** What `parse` resolves with. */
export interface CommandResult {
  options: any;
  args: any;
  literal: string[];
  cmd: Command;
}
