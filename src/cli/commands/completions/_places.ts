import { CONNECTORS } from "../../../connectors/all.ts";
import type { ConnectorDescriptor } from "../../../core/mod.ts";
import { type ArgumentKind, type CommandData, type OptionData, spellings } from "../../_options.ts";

/** What completes the value of an option. */
export type Value =
  | { readonly kind: "words"; readonly words: readonly string[]; readonly many: boolean }
  /** The address of a server: how it may begin. */
  | { readonly kind: "server"; readonly starts: readonly string[] }
  | { readonly kind: "file" | "any" };

/** An option as a completion script needs it. */
export interface PlaceOption {
  readonly names: readonly string[];
  readonly help: string;
  readonly collect: boolean;
  /** What its value may be; `undefined` where it takes none. */
  readonly value: Value | undefined;
}

/** A command, with what may follow it. */
export interface Place {
  /** The words that lead to it, apart by blanks. */
  readonly path: string;
  readonly children: readonly { readonly name: string; readonly help: string }[];
  /** Words that its argument is one of. */
  readonly words: readonly string[];
  /** What its arguments are, in order. */
  readonly takes: readonly ArgumentKind[];
  /** Whether there may be more arguments like the last. */
  readonly more: boolean;
  readonly options: readonly PlaceOption[];
}

/** The command whose words are a command line themselves. */
export const PREFIX = "permissions";

const DESCRIPTORS: readonly ConnectorDescriptor[] = CONNECTORS;
const HELP: OptionData = { flags: "-h, --help", help: "Show this help." };
const VERSION: OptionData = { flags: "-V, --version", help: "Show the version." };

/** How an address of an end may begin that is no file. */
export function addressStarts(role: "source" | "target"): readonly string[] {
  const schemes = DESCRIPTORS.filter(({ roles }) => roles.includes(role)).flatMap((descriptor) =>
    descriptor.schemes.map((scheme) =>
      // What is behind the colon is told by the example.
      descriptor.addresses.some(({ example }) => example === `${scheme}:`)
        ? `${scheme}:`
        : `${scheme}://`
    )
  );
  return [...schemes, "env:", "@"];
}

/** The formats of files that an end may have. */
function formats(role: "source" | "target"): readonly string[] {
  return DESCRIPTORS.filter(({ roles, extensions }) =>
    roles.includes(role) && extensions.length > 0
  )
    .map(({ kind }) => kind);
}

function valueOf(option: OptionData): Value | undefined {
  if (!spellings(option).takesValue) return undefined;
  const { words, file, many = false, value } = option;
  if (words !== undefined) return { kind: "words", words, many };
  if (file) return { kind: "file" };
  if (value === "source-format") return { kind: "words", words: formats("source"), many: false };
  if (value === "target-format") return { kind: "words", words: formats("target"), many: false };
  if (value === "server") {
    return { kind: "server", starts: addressStarts("source").filter((start) => start !== "null:") };
  }
  return { kind: "any" };
}

/** All commands with what may follow them; the first is the program itself. */
export function places(root: CommandData): readonly Place[] {
  const place = (command: CommandData, path: string): Place[] => {
    const children = path === PREFIX
      ? (root.commands ?? []).filter(({ name }) => name !== PREFIX)
      : command.commands ?? [];
    return [
      {
        path,
        children: children.map(({ name, help }) => ({ name, help })),
        words: command.words ?? [],
        takes: command.takes ?? [],
        more: command.arguments?.includes("...") ?? false,
        options: [
          ...(command.groups ?? []).flatMap(({ options }) => options),
          HELP,
          ...path === "" ? [VERSION] : [],
        ].map((option) => ({
          names: spellings(option).names,
          help: option.help,
          collect: option.collect ?? false,
          value: valueOf(option),
        })),
      },
      ...(command.commands ?? []).flatMap((child) =>
        place(child, path === "" ? child.name : `${path} ${child.name}`)
      ),
    ];
  };
  return place(root, "");
}

/** The spellings of options that a value follows, over all commands. */
export function valueNames(all: readonly Place[]): readonly string[] {
  const names = all.flatMap(({ options }) =>
    options.filter(({ value }) => value !== undefined).flatMap(({ names }) => names)
  );
  return [...new Set(names)];
}

/** An option's value, and the commands that have it, as `path --name`. */
export interface ValueCase {
  readonly value: Value;
  /** Such as `transfer --to`; `* --to` where it is the same for all commands. */
  readonly places: readonly string[];
}

/** Which values options take, like ones together. */
export function valueCases(all: readonly Place[]): readonly ValueCase[] {
  const byName = new Map<string, { path: string; value: Value }[]>();
  for (const { path, options } of all) {
    for (const { names, value } of options) {
      if (value === undefined) continue;
      for (const name of names) {
        byName.set(name, [...byName.get(name) ?? [], { path, value }]);
      }
    }
  }
  const cases = new Map<string, { value: Value; places: string[] }>();
  for (const [name, found] of byName) {
    const kinds = new Set(found.map(({ value }) => JSON.stringify(value)));
    for (const { path, value } of found) {
      if (value.kind === "any") continue;
      const key = JSON.stringify(value);
      const group = cases.get(key) ?? { value, places: [] };
      cases.set(key, group);
      const at = kinds.size === 1 ? `* ${name}` : `${path} ${name}`;
      if (!group.places.includes(at)) group.places.push(at);
    }
  }
  return [...cases.values()];
}
