/** What several commands can be told. */
import type { OptionData, OptionGroup } from "../_options.ts";

export const FROM: OptionData = {
  flags: "--from <format>",
  help: "Format of the source, if its name does not say it.",
  value: "source-format",
};

/** What every command that works for a while can be told. */
export const SHOW: OptionGroup = {
  name: "What it shows",
  options: [
    {
      flags: "--progress <when>",
      help: "Progress lines: auto (default), always, never.",
      words: ["auto", "always", "never"],
    },
    { flags: "--json", help: "The result as one JSON object on standard output." },
    { flags: "--summary <file>", help: "The same object into a file.", file: true },
    {
      flags: "--log-format <format>",
      help: "Lines on standard error as text (default) or json.",
      words: ["text", "json"],
    },
    {
      flags: "--log-file <file>",
      help: "The lines into a file as well, added at its end.",
      file: true,
    },
    { flags: "--quiet", help: "Only errors on standard error." },
    { flags: "--verbose", help: "More: retries, decisions, the stack of an error." },
    {
      flags: "--sandbox",
      help: "Run with no more permission than this needs; see permissions.",
    },
  ],
};

export const SOURCE_FLAGS: readonly OptionData[] = [
  {
    flags: "--source-uri <uri>",
    help: "Connection string of the source; also env:NAME or @file.",
    value: "server",
  },
  { flags: "--source-database <name>", help: "Its database." },
  { flags: "--source-collection <name>", help: "Its collection." },
];

export const DEST_FLAGS: readonly OptionData[] = [
  {
    flags: "--dest-uri <uri>",
    help: "Connection string of the target; also env:NAME or @file.",
    value: "server",
  },
  { flags: "--dest-database <name>", help: "Its database." },
  { flags: "--dest-collection <name>", help: "Its collection." },
];

/** How a server is reached. */
export const CONNECTION: readonly OptionData[] = [
  {
    flags: "--connect-timeout <time>",
    help: "How long a server may take at first, such as 10s.",
  },
  { flags: "--idle-timeout <time>", help: "How long a connection may be silent, such as 60s." },
  { flags: "--tls-ca-file <path>", help: "Certificate authorities to trust.", file: true },
];

/** What a command that only reads can be told of how it does that. */
export const LINK: OptionGroup = {
  name: "How it runs",
  options: [
    { flags: "--retries <count>", help: "How often a read is tried again. Default 5." },
    ...CONNECTION,
  ],
};

/** A group without some of its options. */
export function without(group: OptionGroup, ...flags: string[]): OptionGroup {
  return {
    ...group,
    options: group.options.filter((option) =>
      !flags.some((flag) => option.flags.split(/[ ,]/).includes(flag))
    ),
  };
}
