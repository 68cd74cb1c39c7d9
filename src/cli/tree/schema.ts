import type { CommandData, OptionGroup } from "../_options.ts";
import { FROM, LINK, SHOW, SOURCE_FLAGS, without } from "./_groups.ts";

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
export const OF_TARGETS: OptionGroup = { name: "Options of the targets", options: [] };

/** The same of the targets that the presets have. */
export const OF_PRESETS: OptionGroup = { name: "Options of the targets", options: [] };

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
export const PRESET_TARGETS = ["typescript", "typeddict", "pydantic"];

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

/** `datahood schema`. */
export const SCHEMA: CommandData = {
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
