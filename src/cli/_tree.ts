import type { CommandData, OptionData, OptionGroup } from "./_options.ts";

const WHICH: OptionGroup = {
  name: "Which documents",
  options: [
    { flags: "--filter <json>", help: "Only documents that match: a query in Extended JSON." },
    { flags: "--projection <json>", help: "Only these fields." },
    { flags: "--sort <json>", help: "In this order: a document, or a list of pairs." },
    { flags: "--skip <count>", help: "Leave out so many documents first." },
    { flags: "--limit <count>", help: "At most so many documents." },
  ],
};

const NAMES: OptionGroup = {
  name: "Which collections",
  options: [
    { flags: "--include <glob>", help: "Only these, such as 'shop.*'.", collect: true },
    { flags: "--exclude <glob>", help: "All but these.", collect: true },
    {
      flags: "--rename <names>",
      help: "Other names: orders=old,users=people, shop.orders=archive.orders, 'shop.*=archive.*'.",
      collect: true,
    },
    { flags: "--system", help: "Allow admin, config or local as a whole." },
    {
      flags: "--indexes <which>",
      help: "Indexes to carry: all (default), no-ttl, none.",
      words: ["all", "no-ttl", "none"],
    },
    {
      flags: "--users-and-roles",
      help: "Users and roles too: of the whole server, or of the database.",
    },
    { flags: "--ignore-oplog", help: "Say nothing of a dump's oplog, which is left out." },
  ],
};

const FROM: OptionData = {
  flags: "--from <format>",
  help: "Format of the source, if its name does not say it.",
  value: "source-format",
};

const FORMAT: OptionGroup = {
  name: "Formats",
  options: [
    FROM,
    {
      flags: "--to <format>",
      help: "Format of the target, if its name does not say it.",
      value: "target-format",
    },
    {
      flags: "--compress <how>",
      help: "none, gzip[:1-9], zstd[:1-19]; else by extension.",
      words: ["none", "gzip", "zstd"],
    },
  ],
};

const ON_CONFLICT: OptionData = {
  flags: "--on-conflict <what>",
  help: "The _id is there, with other content: report (default), skip, stop, replace.",
  words: ["report", "skip", "stop", "replace"],
};

const PLACE: OptionGroup = {
  name: "What is already there",
  options: [
    ON_CONFLICT,
    { flags: "--stop-on-error", help: "Stop at the first document that is not taken." },
    {
      flags: "--drop",
      help: "Drop each collection that is written, first; on this machine without asking.",
    },
    { flags: "--overwrite", help: "Replace the file that is there." },
    {
      flags: "--bypass-document-validation",
      help: "Write what the collection's validator refuses, too.",
    },
    { flags: "--yes", help: "Answer yes: write into what is not empty, or drop it." },
  ],
};

const RUN: OptionGroup = {
  name: "How it runs",
  options: [
    { flags: "--dry-run", help: "Print the plan, read and count; write nothing." },
    { flags: "--plan", help: "Print what becomes of what, and stop." },
    { flags: "--batch-size <size>", help: "Bytes of a batch, such as 4MiB. Default 1MiB." },
    {
      flags: "--parallel-writes <count>",
      help: "Batches at once; 1 keeps the order. Default 1, from 16 MiB on 4.",
    },
    {
      flags: "--parallel <count>",
      help: "Collections at once; 1 is one after another. With a server 4.",
    },
    { flags: "--rate-limit <size>", help: "At most so many bytes a second, such as 10MiB." },
    { flags: "--retries <count>", help: "How often a read or write is tried again. Default 5." },
    {
      flags: "--connect-timeout <time>",
      help: "How long a server may take at first, such as 10s.",
    },
    { flags: "--idle-timeout <time>", help: "How long a connection may be silent, such as 60s." },
    { flags: "--tls-ca-file <path>", help: "Certificate authorities to trust.", file: true },
  ],
};

/** What every command that works for a while can be told. */
const SHOW: OptionGroup = {
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

const SOURCE_FLAGS: readonly OptionData[] = [
  {
    flags: "--source-uri <uri>",
    help: "Connection string of the source; also env:NAME or @file.",
    value: "server",
  },
  { flags: "--source-database <name>", help: "Its database." },
  { flags: "--source-collection <name>", help: "Its collection." },
];
const DEST_FLAGS: readonly OptionData[] = [
  {
    flags: "--dest-uri <uri>",
    help: "Connection string of the target; also env:NAME or @file.",
    value: "server",
  },
  { flags: "--dest-database <name>", help: "Its database." },
  { flags: "--dest-collection <name>", help: "Its collection." },
];

/** A preset's groups: what makes no sense for its ends is left out. */
function presetGroups(ends: readonly OptionData[], toFile = false): OptionGroup[] {
  const dryRun: OptionData = {
    flags: "--dry-run",
    help: "Only read the source, and print how many documents it has.",
  };
  const run = without(RUN, "--dry-run", "--parallel");
  return [
    { name: "Ends", options: ends },
    ...(ends.some((option) => option.flags.startsWith("--source")) ? [WHICH] : []),
    ...(toFile ? [without(FORMAT, "--from", "--to")] : []),
    toFile
      ? without(PLACE, "--on-conflict", "--drop", "--bypass-document-validation", "--yes")
      : without(PLACE, "--overwrite"),
    { ...run, options: [dryRun, ...run.options] },
    SHOW,
  ];
}

const PRESETS: readonly CommandData[] = [
  {
    name: "mongo-to-mongo",
    help: "One collection from a server to a server.",
    groups: presetGroups([...SOURCE_FLAGS, ...DEST_FLAGS]),
  },
  {
    name: "mongo-to-bson",
    help: "One collection from a server to a BSON file.",
    arguments: "<out:word>",
    takes: ["file"],
    groups: presetGroups(SOURCE_FLAGS, true),
  },
  {
    name: "bson-to-mongo",
    help: "A BSON file to one collection of a server.",
    arguments: "<in:word>",
    takes: ["file"],
    groups: presetGroups(DEST_FLAGS),
  },
];

const LINK: OptionGroup = {
  name: "How it runs",
  options: [
    { flags: "--retries <count>", help: "How often a read is tried again. Default 5." },
    ...RUN.options.filter(({ flags }) =>
      /^--(?:connect-timeout|idle-timeout|tls-ca-file)/.test(flags)
    ),
  ],
};

const READ: OptionGroup = {
  name: "What is read",
  options: [
    FROM,
    { flags: "--include <glob>", help: "Only these collections, such as 'shop.*'.", collect: true },
    { flags: "--exclude <glob>", help: "All collections but these.", collect: true },
    { flags: "--system", help: "Allow admin, config or local as a whole." },
    { flags: "--filter <json>", help: "Only documents that match: a query in Extended JSON." },
    { flags: "--sample <count>", help: "So many documents of each collection." },
    {
      flags: "--all",
      help: "All documents. Else of a server's collection of more than 100,000 just 10,000.",
    },
    {
      flags: "--values <which>",
      help: "Values that are kept: none, enums (default: few and short ones), all.",
      words: ["none", "enums", "all"],
    },
  ],
};

/** The classes of differences between profiles. */
const DRIFT_WORDS = [
  "widening",
  "new-field",
  "lost-field",
  "new-collection",
  "lost-collection",
  "narrowing",
  "new-value",
  "share-shift",
] as const;

const TARGETS = [
  "typescript",
  "zod",
  "json-schema",
  "mongodb-validator",
  "mongoose",
  "typeddict",
  "pydantic",
] as const;

const TYPES: OptionGroup = {
  name: "Types",
  options: [
    {
      flags: "--to <targets>",
      help: `Languages, apart by commas: ${TARGETS.join(", ")}. Default typescript.`,
      collect: true,
      words: TARGETS,
      many: true,
    },
    { flags: "--root-name <name>", help: "Name of the type of documents." },
    {
      flags: "--min-share <share>",
      help: "Leave kinds out that are rarer, such as 0.001 or 0.1%. Default 0: none.",
    },
    {
      flags: "--enums <how>",
      help: "Texts of few values: open (default: others allowed), closed, none (any text).",
      words: ["open", "closed", "none"],
    },
    { flags: "--overrides <file>", help: "What to do differently, by path.", file: true },
  ],
};

/** Where the options that generators have go; see {@linkcode wholeTree}. */
const OF_TARGETS: OptionGroup = { name: "Options of the targets", options: [] };
/** The same of the targets that the presets have. */
const OF_PRESETS: OptionGroup = { name: "Options of the targets", options: [] };

const FILES: OptionGroup = {
  name: "Files",
  options: [
    {
      flags: "-o, --output <place>",
      help: "A file; or types/ for a file a collection. Default standard output.",
      file: true,
    },
    {
      flags: "--save-profile <file>",
      help: "Save what was seen as FILE.profile.json; with no -o and no --to just that.",
      file: true,
    },
    { flags: "--overwrite", help: "Replace files too that datahood did not make." },
  ],
};

/** A group without some of its options. */
function without(group: OptionGroup, ...flags: string[]): OptionGroup {
  return {
    ...group,
    options: group.options.filter((option) =>
      !flags.some((flag) => option.flags.split(/[ ,]/).includes(flag))
    ),
  };
}

const COMPARE: OptionGroup = {
  name: "What counts",
  options: [
    {
      flags: "--fail-on <classes>",
      help: "Differences that make it exit with 6, apart by commas; or any, or none.",
      collect: true,
      words: [...DRIFT_WORDS, "any", "none"],
      many: true,
    },
    {
      flags: "--report <how>",
      help: "How they are shown: text (default), json, github (annotations).",
      words: ["text", "json", "github"],
    },
    {
      flags: "--share-shift <share>",
      help: "By how much a share must change to be told, such as 5%. Default 10%.",
    },
  ],
};

/** The targets that the presets have options for. */
const PRESET_TARGETS = ["typescript", "typeddict", "pydantic"];

const PRESET_TYPES: OptionGroup = {
  name: "Types",
  options: [
    { flags: "--to-typescript", help: "TypeScript; what is made if nothing else is said." },
    { flags: "--to-typeddict", help: "Python's TypedDict." },
    { flags: "--to-pydantic", help: "Pydantic models." },
    { flags: "--root-name <name>", help: "Name of the type of documents. Default RootDict." },
    ...without(TYPES, "--to", "--root-name").options,
  ],
};

/** A preset is about one collection, whose place options say. */
const PRESET_READ = without(READ, "--from", "--include", "--exclude", "--system");

const SCHEMA_COMMANDS: readonly CommandData[] = [
  {
    name: "from-bson",
    help: "Types of a BSON file.",
    arguments: "<file:word>",
    takes: ["file"],
    groups: [PRESET_TYPES, OF_PRESETS, without(PRESET_READ, "--filter"), FILES, SHOW],
  },
  {
    name: "from-mongo",
    help: "Types of a collection.",
    groups: [
      { name: "Ends", options: SOURCE_FLAGS },
      PRESET_TYPES,
      OF_PRESETS,
      PRESET_READ,
      FILES,
      LINK,
      SHOW,
    ],
  },
  {
    name: "check",
    help: "Compare documents with a saved profile: exit 6 if types have to be made anew.",
    arguments: "<source:word> [profile:word]",
    takes: ["source", "file"],
    groups: [
      {
        name: "Ends",
        options: [{
          flags: "--against <file>",
          help: "The profile, as --save-profile wrote it; or give it behind the source.",
          file: true,
        }],
      },
      COMPARE,
      READ,
      LINK,
      SHOW,
    ],
    examples: [
      [
        "In a pipeline",
        "datahood schema check orders.bson --against orders.profile.json --report github",
      ],
    ],
  },
  {
    name: "diff",
    help: "Compare two sources or profiles: exit 6 if they differ.",
    arguments: "<before:word> <after:word>",
    takes: ["source", "source"],
    groups: [COMPARE, READ, LINK, SHOW],
    examples: [["", "datahood schema diff january.profile.json february.profile.json"]],
  },
  {
    name: "merge",
    help: "Make one profile of several.",
    arguments: "<profiles...:word>",
    takes: ["file"],
    groups: [
      {
        name: "Files",
        options: [
          {
            flags: "-o, --output <file>",
            help: "The profile to write, FILE.profile.json. Default standard output.",
            file: true,
          },
          { flags: "--as <name>", help: "Take all collections as one of that name." },
          { flags: "--overwrite", help: "Replace a file too that datahood did not make." },
        ],
      },
      {
        name: "What is read",
        options: READ.options.filter(({ flags }) => /^--(?:in|ex)clude/.test(flags)),
      },
      SHOW,
    ],
    examples: [["", "datahood schema merge a.profile.json b.profile.json -o all.profile.json"]],
  },
  {
    name: "report",
    help: "What stands at each path: how often, kinds, ranges, values, formats.",
    arguments: "<source:word>",
    takes: ["source"],
    groups: [READ, without(TYPES, "--to", "--root-name"), LINK, SHOW],
    examples: [["", "datahood schema report orders.bson"]],
  },
];

const SCHEMA: CommandData = {
  name: "schema",
  help: "Make types from documents: TypeScript, Zod, JSON Schema, Mongoose, Python and more.",
  arguments: "<source:word>",
  takes: ["source"],
  groups: [READ, TYPES, OF_TARGETS, FILES, LINK, SHOW],
  commands: SCHEMA_COMMANDS,
  examples: [
    ["TypeScript of a file", "datahood schema orders.bson.gz"],
    [
      "Of a collection, into a file",
      `datahood schema "mongodb://localhost/shop.orders" -o order.ts`,
    ],
    [
      "Of a database, Zod and TypeScript, a file a collection",
      `datahood schema "mongodb://localhost/shop" --to typescript,zod -o types/`,
    ],
    [
      "Save what was seen, and use it later",
      "datahood schema orders.bson --save-profile orders.profile.json",
    ],
    ["", "datahood schema orders.profile.json --to pydantic"],
  ],
};

const INSPECT: CommandData = {
  name: "inspect",
  help: "See what is in there: collections, counts, sizes, indexes, whether it is whole.",
  arguments: "<source:word>",
  takes: ["source"],
  groups: [
    {
      name: "What is looked at",
      options: [
        { flags: "--show <count>", help: "Print the first documents of each collection too." },
        { flags: "--tree", help: "Print what stands at each path too, as schema report does." },
        {
          flags: "--all",
          help:
            "Read a live server's documents and views, for exact counts. Files are read anyway.",
        },
        {
          flags: "--include <glob>",
          help: "Only these collections, such as 'shop.*'.",
          collect: true,
        },
        { flags: "--exclude <glob>", help: "All but these.", collect: true },
        { flags: "--system", help: "Allow admin, config or local as a whole." },
        FROM,
      ],
    },
    without(LINK, "--retries"),
    SHOW,
  ],
  examples: [
    ["An archive, without a server", "datahood inspect shop.archive.gz"],
    ["The first documents of a dump", "datahood inspect dump/ --show 2 --include shop.orders"],
    ["A live server, in a second", `datahood inspect "mongodb://localhost/shop"`],
  ],
};

const VERIFY: CommandData = {
  name: "verify",
  help: "Compare two places: documents in any order, options, indexes. Exit code 6 if they differ.",
  arguments: "<a:word> <b:word>",
  takes: ["source", "source"],
  groups: [
    {
      name: "What is compared",
      options: [
        {
          flags: "--include <glob>",
          help: "Only these collections, such as 'shop.*'.",
          collect: true,
        },
        { flags: "--exclude <glob>", help: "All but these.", collect: true },
        {
          flags: "--users-and-roles",
          help: "Users and roles too: of the whole server, or of the database.",
        },
        { flags: "--ignore-indexes", help: "Do not compare indexes." },
        { flags: "--ignore-options", help: "Do not compare the options of collections." },
        {
          flags: "--ignore-id-position",
          help: "An _id may stand elsewhere: a server moves it to the front.",
        },
        { flags: "--system", help: "Allow admin, config or local as a whole." },
        {
          flags: "--format-a <format>",
          help: "Format of the first, where its name does not say.",
          value: "source-format",
        },
        { flags: "--format-b <format>", help: "Format of the second.", value: "source-format" },
      ],
    },
    {
      name: "What is told of a difference",
      options: [
        {
          flags: "--show <count>",
          help: "How many documents of each kind to name in each collection. Default 20.",
        },
        {
          flags: "--memory <size>",
          help:
            "Memory to find them in. Default 24MiB, which is enough for 500,000 that may differ.",
        },
        {
          flags: "--temp-dir <folder>",
          help: "Folder for what needs more. Without one both sides are read more often, which a " +
            "pipe cannot be.",
          file: true,
        },
      ],
    },
    LINK,
    SHOW,
  ],
  examples: [
    ["A dump and its archive", "datahood verify dump/ shop.archive.gz"],
    [
      "What a server has now",
      "mongodump --archive | datahood verify dump/ - --format-b archive --temp-dir /tmp",
    ],
    [
      "A file and a collection",
      `datahood verify orders.bson.gz "mongodb://localhost/shop.orders" --ignore-id-position`,
    ],
    ["Two servers", `datahood verify env:OLD env:NEW --include 'shop.*' --json`],
  ],
};

const JSON_GROUP: OptionGroup = {
  name: "What it shows",
  options: [{ flags: "--json", help: "As one JSON object." }],
};

const SHELLS = ["bash", "zsh", "fish"] as const;

/** All commands, as data. */
export const TREE: CommandData = {
  name: "datahood",
  help: "Move MongoDB documents between servers and files, and make types from them.",
  commands: [
    {
      name: "transfer",
      help: "Move documents: one collection, or many.",
      arguments: "<source:word> <target:word>",
      takes: ["source", "target"],
      groups: [WHICH, NAMES, FORMAT, PLACE, RUN, SHOW],
      commands: PRESETS,
      examples: [
        [
          "A collection to a file",
          `datahood transfer "mongodb://localhost/shop.orders" orders.bson.gz`,
        ],
        ["And back", `datahood transfer orders.bson.gz "mongodb://localhost/shop.orders_copy"`],
        [
          "A database to another server, its address in a variable",
          `datahood transfer env:PRODUCTION "mongodb://localhost/shop" --plan`,
        ],
        [
          "Through a pipe",
          `datahood transfer "mongodb://localhost/shop.orders" - | gzip > orders.bson.gz`,
        ],
      ],
    },
    SCHEMA,
    INSPECT,
    VERIFY,
    {
      name: "permissions",
      help: "Print a command with the Deno flags that are just what it needs, ready to paste.",
      arguments: "[command:word]",
      groups: [{
        name: "What it shows",
        options: [
          {
            flags: "--json",
            help: "As one JSON object: flags, needs with their reasons, command.",
          },
          {
            flags: "--discover",
            help: "Ask DNS and the servers for the hosts that only they know. Connects.",
          },
        ],
      }],
      examples: [
        [
          "What a transfer needs",
          `datahood permissions transfer "mongodb://localhost/shop.orders" orders.bson.gz`,
        ],
        [
          "With a command's own options",
          "datahood permissions --json schema orders.bson -o types/",
        ],
      ],
    },
    {
      name: "connectors",
      help: "List what can be read and written, with examples of addresses.",
      groups: [JSON_GROUP],
    },
    {
      name: "completions",
      help: "Print completions for a shell: bash, zsh or fish.",
      arguments: "<shell:word>",
      words: SHELLS,
      examples: [
        ["In ~/.bashrc", "source <(datahood completions bash)"],
        ["In ~/.zshrc, behind compinit", "source <(datahood completions zsh)"],
        [
          "In fish, once",
          "datahood completions fish > ~/.config/fish/completions/datahood.fish",
        ],
      ],
    },
  ],
};

/**
 * All commands with the options that generators have. These are loaded for the commands that need
 * them: the others start without.
 */
export async function wholeTree(): Promise<CommandData> {
  const { generatorOptions } = await import("./commands/schema/_targets.ts");
  const of = new Map([
    [OF_TARGETS, { ...OF_TARGETS, options: generatorOptions() }],
    [OF_PRESETS, { ...OF_PRESETS, options: generatorOptions(PRESET_TARGETS) }],
  ]);
  const add = (command: CommandData): CommandData => ({
    ...command,
    ...(command.groups === undefined ? {} : {
      groups: command.groups.map((group) => of.get(group) ?? group),
    }),
    ...(command.commands === undefined ? {} : { commands: command.commands.map(add) }),
  });
  return add(TREE);
}

/** The command that the first words of a command line select. */
export function commandAt(words: readonly string[], tree: CommandData = TREE): CommandData {
  let found = tree;
  for (const word of words) {
    const next = found.commands?.find((command) => command.name === word);
    if (next === undefined) break;
    found = next;
  }
  return found;
}
