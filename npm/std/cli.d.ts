// The part of @std/cli 1.x that datahood uses, with its own signatures.
export interface ParseOptions {
  /** Called for each word that is not known. */
  readonly unknown?: (arg: string) => unknown;
  readonly boolean?: readonly string[];
  readonly string?: readonly string[];
  readonly collect?: readonly string[];
  readonly alias?: Readonly<Record<string, string | readonly string[]>>;
  readonly default?: Readonly<Record<string, unknown>>;
  readonly "--"?: boolean;
  readonly stopEarly?: boolean;
}
export function parseArgs(
  args: readonly string[],
  options?: ParseOptions,
  // deno-lint-ignore no-explicit-any
): { [name: string]: any; _: (string | number)[] };
export interface PromptSecretOptions {
  mask?: string;
  clear?: boolean;
}
export function promptSecret(message?: string, options?: PromptSecretOptions): string | null;
