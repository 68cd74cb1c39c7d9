import type { CommandData } from "../_options.ts";
import { LINK, SHOW } from "./_groups.ts";

/** `datahood verify`. */
export const VERIFY: CommandData = {
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
