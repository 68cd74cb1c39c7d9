import type { CommandData } from "../_options.ts";
import { FROM, LINK, SHOW, without } from "./_groups.ts";

/** `datahood inspect`. */
export const INSPECT: CommandData = {
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
