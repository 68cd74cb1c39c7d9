/**
 * What every command needs to be allowed, for every kind of source and target: rows that
 * `matrix_test.ts` runs, and that `scripts/docs.ts` makes the table of docs/permissions.md from.
 *
 * @module
 */

/** How a server is reached. */
export type ServerKind = "plain" | "auth" | "tls";

/** Where the rows read and write. */
export interface Places {
  /** The address of a namespace on a server. */
  mongodb(server: ServerKind, namespace: string): string;
  /** The connection string of a server, without a namespace. */
  uri(server: ServerKind): string;
  /** The file with the authority of the server that speaks TLS. */
  readonly ca: string;
  /** The database that a row may write to. */
  readonly database: string;
}

/** One command line. */
export interface Row {
  /** The words that select the command. */
  readonly command: string;
  /** The kind of its source: of a connector, `stdin`, or `profile`. */
  readonly source?: string;
  /** The kind of its target: of a connector, `stdout`, or `files`. */
  readonly target?: string;
  /** The servers it talks to. */
  readonly server?: ServerKind;
  /** What follows the command's words. */
  args(places: Places): string[];
  /** Variables that it reads. */
  env?(places: Places): Record<string, string>;
  /** A file that it gets on standard input. */
  readonly stdin?: string;
  /** Its exit code where that is not 0. */
  readonly code?: number;
  /** What is in its folder afterwards and was not before. */
  readonly written?: readonly string[];
  /** The namespace that gets documents. */
  fills?(places: Places): string;
  /** Its flags, where `datahood permissions` cannot be asked: about itself. */
  readonly flags?: readonly string[];
  /** Whether a page shows it. */
  readonly shown?: true;
}

/** The variable that addresses of rows are in. */
export const ADDRESS = "SHOP";
/** A database with a collection `orders` that rows read. */
export const SHOP = "shop";

const SERVERS = ["plain", "auth", "tls"] as const;

/** An address as a row gives it: one with a password in a variable, TLS with its authority. */
function place(places: Places, server: ServerKind, namespace: string): string[] {
  const address = places.mongodb(server, namespace);
  if (server === "auth") return [`env:${ADDRESS}`];
  return server === "tls" ? [address, "--tls-ca-file", places.ca] : [address];
}

/** The same in the options of a preset. */
function named(places: Places, side: string, server: ServerKind, collection: string): string[] {
  const [database, name] = collection.split(".") as [string, string];
  return [
    `--${side}-uri`,
    server === "auth" ? `env:${ADDRESS}` : places.uri(server),
    `--${side}-database`,
    database,
    `--${side}-collection`,
    name,
    ...server === "tls" ? ["--tls-ca-file", places.ca] : [],
  ];
}

/** The variable of an address, for rows that log in. */
function variable(server: ServerKind, of: (places: Places) => string): Pick<Row, "env"> {
  return server === "auth" ? { env: (places) => ({ [ADDRESS]: of(places) }) } : {};
}

const copy = (places: Places) => `${places.database}.copy`;

/** Files that rows read: name, and the kind of connector. */
const FILES = [
  ["orders.bson", "bson"],
  ["dump/", "dump"],
  ["shop.archive", "archive"],
] as const;
/** Files that rows write. */
const OUTPUTS = [
  ["out.bson.gz", "bson"],
  ["out/", "dump"],
  ["out.archive", "archive"],
] as const;

/** The name of what is written, as a folder shows it. */
const bare = (name: string) => name.replace(/\/$/, "");

/** A file that holds many collections goes into a file of one only if one is chosen. */
const chosen = (source: string, target: string) =>
  target === "bson" && source !== "bson" ? ["--include", "shop.orders"] : [];

const TRANSFERS: readonly Row[] = [
  ...FILES.flatMap(([from, source]) =>
    OUTPUTS.map(([to, target]): Row => ({
      command: "transfer",
      source,
      target,
      shown: true,
      args: () => [from, to, ...chosen(source, target)],
      written: [bare(to)],
    }))
  ),
  ...FILES.map(([from, source]): Row => ({
    command: "transfer",
    source,
    target: "null",
    args: () => [from, "null:"],
  })),
  // What is only looked at is not written, and has no part file.
  ...OUTPUTS.flatMap(([to, target]) =>
    ["--plan", "--dry-run"].map((look): Row => ({
      command: "transfer",
      source: "bson",
      target,
      ...target === "bson" ? { shown: true } : {},
      args: () => ["orders.bson", to, look],
    }))
  ),
  {
    command: "transfer",
    source: "bson",
    target: "bson",
    args: () => ["orders.bson", "old.bson", "--overwrite", "--dry-run"],
  },
  {
    command: "transfer",
    source: "bson",
    target: "stdout",
    args: () => ["orders.bson", "-", "--dry-run"],
  },
  {
    command: "transfer",
    source: "dump",
    target: "null",
    // Only a look at it tells that it is a folder.
    args: () => ["dump", "null:"],
  },
  {
    command: "transfer",
    source: "bson",
    target: "null",
    args: () => ["dump/shop/orders.bson", "null:"],
  },
  {
    command: "transfer",
    source: "bson",
    target: "bson",
    shown: true,
    args: () => ["orders.bson", "out.bson", "--summary", "sum.json", "--log-file", "log.txt"],
    written: ["log.txt", "out.bson", "sum.json"],
  },
  {
    command: "transfer",
    source: "bson",
    target: "bson",
    args: () => ["orders.bson", "old.bson", "--overwrite"],
  },
  {
    command: "transfer",
    source: "bson",
    target: "bson",
    args: () => ["orders.bson", "below/a,b c.bson"],
    written: ["below/a,b c.bson"],
  },
  { command: "transfer", source: "bson", target: "null", args: () => ["@where", "null:"] },
  {
    command: "transfer",
    source: "stdin",
    target: "bson",
    stdin: "orders.bson",
    shown: true,
    args: () => ["-", "out.bson"],
    written: ["out.bson"],
  },
  {
    command: "transfer",
    source: "bson",
    target: "stdout",
    shown: true,
    args: () => ["orders.bson", "-"],
  },
  {
    command: "transfer",
    source: "archive",
    target: "stdout",
    args: () => ["shop.archive", "-", "--to", "archive"],
  },
  {
    command: "transfer",
    source: "stdin",
    target: "stdout",
    stdin: "shop.archive",
    args: () => ["-", "-", "--from", "archive", "--to", "archive"],
  },
  ...SERVERS.flatMap((server): Row[] => [
    ...OUTPUTS.map(([to, target]): Row => ({
      command: "transfer",
      source: "mongodb",
      target,
      server,
      shown: true,
      args: (places) => [...place(places, server, `${SHOP}.orders`), to],
      ...variable(server, (places) => places.mongodb(server, `${SHOP}.orders`)),
      written: [bare(to)],
    })),
    ...FILES.map(([from, source]): Row => ({
      command: "transfer",
      source,
      target: "mongodb",
      server,
      shown: true,
      args: (places) => [from, ...place(places, server, copy(places)), ...chosen(source, "bson")],
      ...variable(server, (places) => places.mongodb(server, copy(places))),
      fills: copy,
    })),
    {
      command: "transfer",
      source: "mongodb",
      target: "mongodb",
      server,
      shown: true,
      args: (places) => [
        places.mongodb("plain", `${SHOP}.orders`),
        ...place(places, server, copy(places)),
      ],
      ...variable(server, (places) => places.mongodb(server, copy(places))),
      fills: copy,
    },
    {
      command: "transfer",
      source: "mongodb",
      target: "null",
      server,
      args: (places) => [...place(places, server, `${SHOP}.orders`), "null:", "--dry-run"],
      ...variable(server, (places) => places.mongodb(server, `${SHOP}.orders`)),
    },
    // The target is reached for what is there and what its user may do; a preset leaves it alone.
    ...["--plan", "--dry-run"].map((look): Row => ({
      command: "transfer",
      source: "bson",
      target: "mongodb",
      server,
      args: (places) => ["orders.bson", ...place(places, server, copy(places)), look],
      ...variable(server, (places) => places.mongodb(server, copy(places))),
    })),
    {
      command: "transfer bson-to-mongo",
      source: "bson",
      target: "mongodb",
      server,
      args: (places) => [
        "orders.bson",
        ...named(places, "dest", server, copy(places)),
        "--dry-run",
      ],
      ...variable(server, (places) => places.uri(server)),
    },
    ...["--plan", "--dry-run"].flatMap((look): Row[] => [
      {
        command: "transfer",
        source: "mongodb",
        target: "bson",
        server,
        args: (places) => [...place(places, server, `${SHOP}.orders`), "out.bson.gz", look],
        ...variable(server, (places) => places.mongodb(server, `${SHOP}.orders`)),
      },
      {
        command: "transfer mongo-to-bson",
        source: "mongodb",
        target: "bson",
        server,
        args: (places) => [
          "out.bson",
          ...named(places, "source", server, `${SHOP}.orders`),
          look,
        ],
        ...variable(server, (places) => places.uri(server)),
      },
    ]),
    {
      command: "transfer mongo-to-bson",
      source: "mongodb",
      target: "bson",
      server,
      shown: true,
      args: (places) => ["out.bson", ...named(places, "source", server, `${SHOP}.orders`)],
      ...variable(server, (places) => places.uri(server)),
      written: ["out.bson"],
    },
    {
      command: "transfer bson-to-mongo",
      source: "bson",
      target: "mongodb",
      server,
      shown: true,
      args: (places) => ["orders.bson", ...named(places, "dest", server, copy(places))],
      ...variable(server, (places) => places.uri(server)),
      fills: copy,
    },
    {
      command: "transfer mongo-to-mongo",
      source: "mongodb",
      target: "mongodb",
      server,
      shown: true,
      args: (places) => [
        ...named(places, "source", "plain", `${SHOP}.orders`),
        ...named(places, "dest", server, copy(places)),
      ],
      ...variable(server, (places) => places.uri(server)),
      fills: copy,
    },
  ]),
  {
    command: "transfer",
    source: "mongodb",
    target: "stdout",
    server: "auth",
    args: (places) => [...place(places, "auth", `${SHOP}.orders`), "-"],
    ...variable("auth", (places) => places.mongodb("auth", `${SHOP}.orders`)),
  },
  {
    command: "transfer",
    source: "mongodb",
    target: "bson",
    server: "tls",
    // The authority stands in the connection string.
    args: (places) => [
      `${places.mongodb("tls", `${SHOP}.orders`)}&tlsCAFile=${encodeURIComponent(places.ca)}`,
      "out.bson",
    ],
    written: ["out.bson"],
  },
];

const SCHEMAS: readonly Row[] = [
  ...FILES.map(([from, source]): Row => ({
    command: "schema",
    source,
    target: "stdout",
    args: () => [from, ...source === "bson" ? [] : ["--include", "shop.orders"]],
  })),
  {
    command: "schema",
    source: "stdin",
    target: "files",
    stdin: "orders.bson",
    args: () => ["-", "-o", "order.ts"],
    written: ["order.ts"],
  },
  {
    command: "schema",
    source: "bson",
    target: "files",
    shown: true,
    args: () => ["orders.bson", "-o", "order.ts"],
    written: ["order.ts"],
  },
  {
    command: "schema",
    source: "bson",
    target: "files",
    shown: true,
    args: () => ["orders.bson", "--to", "typescript,zod", "-o", "order"],
    written: ["order.ts", "order.zod.ts"],
  },
  {
    command: "schema",
    source: "dump",
    target: "files",
    shown: true,
    args: () => ["dump/", "-o", "types/"],
    written: ["types"],
  },
  {
    command: "schema",
    source: "bson",
    target: "files",
    shown: true,
    args: () => [
      ..."orders.bson --overrides over.json --save-profile new.profile.json".split(" "),
      ..."--summary sum.json --log-file log.txt".split(" "),
    ],
    written: ["log.txt", "new.profile.json", "sum.json"],
  },
  {
    command: "schema",
    source: "profile",
    target: "files",
    shown: true,
    args: () => ["orders.profile.json", "-o", "order.ts"],
    written: ["order.ts"],
  },
  {
    command: "schema from-bson",
    source: "bson",
    target: "files",
    shown: true,
    args: () => ["orders.bson", "-o", "order.ts"],
    written: ["order.ts"],
  },
  ...SERVERS.flatMap((server): Row[] => {
    const ends = (places: Places) => place(places, server, `${SHOP}.orders`);
    const env = variable(server, (places) => places.mongodb(server, `${SHOP}.orders`));
    return [
      {
        command: "schema",
        source: "mongodb",
        target: "files",
        server,
        shown: true,
        args: (places) => [...ends(places), "-o", "order.ts"],
        ...env,
        written: ["order.ts"],
      },
      {
        command: "schema from-mongo",
        source: "mongodb",
        target: "stdout",
        server,
        shown: true,
        args: (places) => named(places, "source", server, `${SHOP}.orders`),
        ...variable(server, (places) => places.uri(server)),
      },
      {
        command: "schema report",
        source: "mongodb",
        target: "stdout",
        server,
        args: ends,
        ...env,
      },
      {
        command: "schema check",
        source: "mongodb",
        target: "stdout",
        server,
        shown: true,
        args: (places) => [...ends(places), "--against", "orders.profile.json"],
        ...env,
        // The profile is of other documents.
        code: 6,
      },
      {
        command: "inspect",
        source: "mongodb",
        target: "stdout",
        server,
        shown: true,
        args: ends,
        ...env,
      },
    ];
  }),
  ...["orders.bson", "shop.archive", "dump/"].map((from, at): Row => ({
    command: "schema report",
    source: FILES[[0, 2, 1][at]!]![1],
    target: "stdout",
    args: () => [from, "--overrides", "over.json"],
  })),
  {
    command: "schema report",
    source: "profile",
    target: "stdout",
    args: () => ["orders.profile.json"],
  },
  {
    command: "schema check",
    source: "bson",
    target: "stdout",
    shown: true,
    args: () => ["orders.bson", "orders.profile.json"],
  },
  {
    command: "schema diff",
    source: "profile",
    target: "stdout",
    shown: true,
    args: () => ["orders.profile.json", "orders.bson"],
  },
  {
    command: "schema merge",
    source: "profile",
    target: "files",
    shown: true,
    args: () => ["orders.profile.json", "orders.profile.json", "-o", "all.profile.json"],
    written: ["all.profile.json"],
  },
];

const OTHERS: readonly Row[] = [
  ...FILES.map(([from, source]): Row => ({
    command: "inspect",
    source,
    target: "stdout",
    shown: true,
    args: () => [from, "--tree", "--show", "1"],
  })),
  {
    command: "inspect",
    source: "stdin",
    target: "stdout",
    stdin: "orders.bson",
    args: () => ["-"],
  },
  {
    command: "inspect",
    source: "bson",
    target: "files",
    args: () => ["orders.bson", "--json", "--summary", "sum.json"],
    written: ["sum.json"],
  },
  {
    command: "verify",
    source: "bson",
    target: "stdout",
    shown: true,
    args: () => ["orders.bson", "old.bson"],
  },
  {
    command: "verify",
    source: "dump",
    target: "stdout",
    shown: true,
    args: () => ["dump/", "shop.archive"],
  },
  {
    command: "verify",
    source: "archive",
    target: "files",
    args: () => ["shop.archive", "dump/", "--summary", "sum.json"],
    written: ["sum.json"],
  },
  {
    command: "verify",
    source: "stdin",
    target: "stdout",
    stdin: "shop.archive",
    args: () => ["-", "dump/", "--format-a", "archive"],
  },
  {
    command: "verify",
    source: "stdin",
    target: "stdout",
    stdin: "shop.archive",
    shown: true,
    args: () => ["-", "dump/", "--format-a", "archive", "--temp-dir", "below"],
  },
  ...SERVERS.map((server): Row => ({
    command: "verify",
    source: "mongodb",
    target: "stdout",
    server,
    shown: true,
    args: (places) => {
      const [address, ...options] = place(places, server, `${SHOP}.orders`);
      return [address!, places.mongodb("plain", `${SHOP}.orders`), ...options];
    },
    ...variable(server, (places) => places.mongodb(server, `${SHOP}.orders`)),
    // Another server has other documents.
    ...server === "plain" ? {} : { code: 6 },
  })),
  { command: "connectors", target: "stdout", shown: true, args: () => [] },
  { command: "completions", target: "stdout", shown: true, args: () => ["bash"] },
  {
    command: "permissions",
    target: "stdout",
    flags: ["--no-prompt", `--allow-env=${ADDRESS}`],
    args: () => ["transfer", `env:${ADDRESS}`, "out.bson"],
    env: () => ({ [ADDRESS]: "mongodb://db.example/shop.orders" }),
  },
  {
    command: "permissions",
    target: "stdout",
    flags: ["--no-prompt"],
    args: () => ["transfer", "orders.bson", "out.bson"],
  },
];

/** All rows. */
export const MATRIX: readonly Row[] = [...TRANSFERS, ...SCHEMAS, ...OTHERS];
