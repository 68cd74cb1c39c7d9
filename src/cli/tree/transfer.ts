import type { CommandData, OptionData, OptionGroup } from "../_options.ts";
import { CONNECTION, DEST_FLAGS, FROM, SHOW, SOURCE_FLAGS, without } from "./_groups.ts";

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
      help: "none, gzip[:1-9], zstd[:1-22]; else by extension.",
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
    ...CONNECTION,
  ],
};

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

/** `datahood transfer`. */
export const TRANSFER: CommandData = {
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
};
