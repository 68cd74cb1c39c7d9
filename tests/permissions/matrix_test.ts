import { assert, assertEquals } from "@std/assert";
import { CONNECTORS } from "../../src/connectors/all.ts";
import { parseAddress } from "../../src/connectors/address.ts";
import type { ConnectorDescriptor } from "../../src/core/mod.ts";
import type { CommandData } from "../../src/cli/_options.ts";
import { wholeTree } from "../../src/cli/_tree.ts";
import { runRow } from "./_row.ts";
import { seed } from "./_seed.ts";
import { startServers } from "./_servers.ts";
import { MATRIX, type Places, type Row } from "./matrix.ts";

/** Rows that run at once. */
const LANES = 4;

const say = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
const EXAMPLE: Places = {
  mongodb: (_, namespace) => `mongodb://db.example/${namespace}`,
  uri: () => "mongodb://db.example/",
  ca: "ca.pem",
  database: "copy",
};

/** The words of each command that does something. */
function commandsOf({ name, commands = [], ...own }: CommandData, path: string): string[] {
  const words = path === "" ? name : `${path} ${name}`;
  const below = commands.flatMap((command) => commandsOf(command, words));
  return own.arguments === undefined && below.length > 0 ? below : [words, ...below];
}

Deno.test("the permission matrix has a row for every command", async () => {
  const tree = await wholeTree();
  const commands = (tree.commands ?? []).flatMap((command) => commandsOf(command, ""));
  assert(commands.length > 10);
  const rows = new Set(MATRIX.map(({ command }) => command));
  assertEquals(commands.filter((command) => !rows.has(command)), []);
});

Deno.test("the permission matrix has every connector at every end of every command", () => {
  const descriptors: readonly ConnectorDescriptor[] = CONNECTORS;
  const has = (row: Partial<Row>) =>
    MATRIX.some((one) =>
      Object.entries(row).every(([key, value]) => one[key as keyof Row] === value)
    );
  const missing: Partial<Row>[] = [];
  const want = (row: Partial<Row>) => has(row) || missing.push(row);
  for (const { kind, roles, schemes } of descriptors) {
    const ends: Partial<Row>[] = [
      ...roles.includes("source")
        ? ["transfer", "schema", "schema report", "inspect", "verify"].map((command) => ({
          command,
          source: kind,
        }))
        : [],
      ...roles.includes("target") ? [{ command: "transfer", target: kind }] : [],
    ];
    const remote = schemes.length > 0 && kind !== "null";
    for (const end of ends) {
      if (!remote) want(end);
      else for (const server of ["plain", "auth", "tls"] as const) want({ ...end, server });
    }
  }
  for (const command of ["transfer", "schema", "inspect", "verify"]) {
    want({ command, source: "stdin" });
  }
  want({ command: "transfer", target: "stdout" });
  for (const command of ["schema", "schema report", "schema merge", "schema diff"]) {
    want({ command, source: "profile" });
  }
  assertEquals(missing, []);
});

Deno.test("the rows of the permission matrix are of the kinds that they say", () => {
  let looked = 0;
  for (const row of MATRIX) {
    if (row.command !== "transfer" && row.command !== "inspect" && row.command !== "schema") {
      continue;
    }
    const words = row.args(EXAMPLE).filter((word) => !/^(?:--tls-ca-file|ca\.pem)$/.test(word));
    for (const [at, role] of row.command === "transfer" ? ENDS : ENDS.slice(0, 1)) {
      const word = words[at]!;
      const wanted = role === "source" ? row.source : row.target;
      if (/^(?:env:|@)|profile\.json$/.test(word)) continue;
      const { kind, path } = parseAddress(word, { role, isFolder: (path) => path === "dump" });
      assertEquals(path === "-" ? role === "source" ? "stdin" : "stdout" : kind, wanted, word);
      looked++;
    }
  }
  assert(looked > 50);
});

const ENDS = [[0, "source"], [1, "target"]] as const;

const template = await Deno.makeTempDir({ prefix: "datahood_matrix_" });
await seed(template);
const servers = await startServers();
if (typeof servers === "string") say(`rows with a server are skipped: ${servers}`);
Deno.test.afterAll(async () => {
  if (typeof servers !== "string") await servers.stop();
  await Deno.remove(template, { recursive: true });
});

const runs = MATRIX.filter(({ server, args }) =>
  typeof servers !== "string" || (server === undefined && !args(EXAMPLE).some(isServer))
);

function isServer(word: string): boolean {
  return word.startsWith("mongodb:");
}

/** All rows, some at a time; a test each waits for its own. */
function startAll(): ReadonlyMap<Row, Promise<unknown>> {
  const results = new Map(runs.map((row) => [row, Promise.withResolvers<unknown>()]));
  const queue = [...results];
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [row, { resolve }] = next;
      await runOne(row).then(() => resolve(undefined), (error) => resolve({ error }));
    }
  };
  for (let i = 0; i < LANES; i++) void lane();
  return new Map([...results].map(([row, { promise }]) => [row, promise]));
}

async function runOne(row: Row): Promise<void> {
  const database = `datahood_${Deno.pid}_${MATRIX.indexOf(row)}`;
  const kind = row.server ?? "plain";
  const none = (): never => {
    throw new Error("the row names no server");
  };
  const found = typeof servers === "string" ? undefined : servers;
  const places: Places = { mongodb: none, uri: none, ca: "", ...found?.places, database };
  try {
    await runRow(row, {
      template,
      places,
      count: (namespace) => {
        const [db, collection] = namespace.split(".") as [string, string];
        return found!.clients[kind].db(db).collection(collection).countDocuments();
      },
    });
  } finally {
    if (row.fills !== undefined) await found?.clients[kind].db(database).dropDatabase();
  }
}

let results: ReadonlyMap<Row, Promise<unknown>> | undefined;

for (const [index, row] of MATRIX.entries()) {
  const server = row.server === undefined ? "" : ` (${row.server})`;
  const words = row.args(EXAMPLE).join(" ");
  Deno.test({
    name: `${index + 1} datahood ${row.command} ${words}${server} needs just what it says`,
    ignore: !runs.includes(row),
    async fn() {
      results ??= startAll();
      const failed = await results.get(row) as { error: unknown } | undefined;
      if (failed !== undefined) throw failed.error;
    },
  });
}
