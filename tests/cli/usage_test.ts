import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "./_run_cli.ts";

const PASSWORD = "hunter2";

Deno.test("datahood refuses what cannot mean anything, with exit code 2", async (t) => {
  const table: readonly [readonly string[], string, string][] = [
    [["trasfer"], 'Unknown command "trasfer"', 'Did you mean "transfer"?'],
    [["imprt"], 'Unknown command "imprt".\n', "datahood --help"],
    [["restore", "dump/"], 'Unknown command "restore".\n', "datahood transfer dump/ mongodb://"],
    [["dump"], 'Unknown command "dump".\n', "transfer mongodb://host/database dump/"],
    [["export"], 'Unknown command "export".\n', "transfer mongodb://host/database.collection o"],
    [["import", "x.bson"], 'Unknown command "import".\n', "transfer orders.bson.gz mongodb://"],
    [["diff", "a", "b"], 'Unknown command "diff".\n', "verify A B"],
    [["convert"], 'Unknown command "convert".\n', "transfer orders.bson orders.bson.zst"],
    [["bsondump", "a.bson"], 'Unknown command "bsondump".\n', "inspect orders.bson --show 3"],
    [["transfer", "a.bson", "b.bson", "--gzip"], 'Unknown option "--gzip".\n', "--compress gzip"],
    [["transfer", "--gzip", "a.bson", "b/"], 'Unknown option "--gzip".\n', "--compress gzip"],
    [["--nonsense"], 'Unknown option "--nonsense".\n', "datahood --help"],
    [["--sandbox", "inspect", "a.bson"], "--sandbox", "datahood inspect … --sandbox"],
    [["--to=zod", "schema", "a.bson"], 'option "--to"', "datahood schema … --to"],
    [
      ["--source-uri", "x", "transfer", "mongo-to-bson", "b.bson"],
      "--source-uri",
      "datahood transfer mongo-to-bson … --source-uri",
    ],
    [["inspect", "a.bson", "--overwrite"], 'option "--overwrite".\n', "datahood inspect --help"],
    [
      ["schema", "--all", "check", "a.bson"],
      "Too many arguments",
      "put check first: datahood schema",
    ],
    [["schema", "chekc", "a.bson", "b.json"], "Too many arguments", "datahood schema check?"],
    [["transfer", "mongo-to-bsn"], "Missing argument: target", "datahood transfer mongo-to-bson?"],
    [["transfer", "a.bson", `--nope=mongodb://ada:${PASSWORD}@h`], 'option "--nope".', ""],
    [["transfer"], "Missing argument(s): source, target", "datahood transfer --help"],
    [["transfer", "a.bson"], "Missing argument: target", "datahood transfer --help"],
    [["transfer", "a.bson", "b.bson", "c.bson"], "Too many arguments: c.bson", ""],
    [["transfer", "a.bson", "b.bson", "--limt", "3"], 'Unknown option "--limt"', "--limit"],
    [["transfer", "-x", "a.bson", "b.bson"], 'Unknown option "-x"', ""],
    [["transfer", "a.bson", "-x"], 'Unknown option "-x"', ""],
    [["transfer", "a.bson", "b.bson", "--limit"], 'Missing value for option "--limit"', ""],
    [["transfer", "a.bson", "b.bson", "--limit", ""], 'Cannot use --limit ""', "leave --limit out"],
    [["transfer", "a.bson", "b.bson", "--limit="], 'Cannot use --limit ""', "leave --limit out"],
    [["transfer", "a.bson", "b.bson", "--limit", "-5"], '--limit "-5"', "such as --limit 1000"],
    [["transfer", "a.bson", "b.bson", "--limit", "1e3"], '--limit "1e3"', "such as --limit 1000"],
    [["transfer", "a.bson", "b.bson", "--limit", "0x10"], '--limit "0x10"', "--limit 1000"],
    [["transfer", "a.bson", "b.bson", "--limit", "0"], "less than 1", "--limit 1000"],
    [["transfer", "a.bson", "b.bson", "--batch-size", "big"], '--batch-size "big"', "4MiB"],
    [["transfer", "a.bson", "b.bson", "--connect-timeout", "10"], "not a duration", "10s"],
    [["transfer", "a.bson", "b.bson", "--retries", "1.5"], '--retries "1.5"', "--retries 5"],
    [["transfer", "a.bson", "b.bson", "--retries", "-1"], "it is less than 0", "--retries 5"],
    [["transfer", "a.bson", "b.bson", "--on-conflict", "skp"], "none of report, skip", "skip?"],
    [["transfer", "a.bson", "b.bson", "--on-conflict", "merge"], "none of report, skip", ""],
    [["transfer", "a.bson", "b.bson", "--indexes", "some"], "none of all, no-ttl, none", ""],
    [["transfer", "a.bson", "b.bson", "--compress", "gz"], "none of none, gzip", "gzip"],
    [["transfer", "a.bson", "b.bson", "--compress", "gzip:12"], "from 1 to 9", "gzip:9"],
    [["transfer", "a.bson", "b.bson", "--progress", "maybe"], "none of auto, always", ""],
    [["transfer", "a.bson", "b.bson", "--log-format", "xml"], "none of text, json", ""],
    [
      ["transfer", "a.bson", "b.bson", "--filter", "{a: 1}"],
      "Cannot read --filter as JSON",
      "double quotes",
    ],
    [["transfer", "a.bson", "b.bson", "--filter", "[1]"], "not a document", "--filter"],
    [["transfer", "a.bson", "b.bson", "--sort", '{"a": 2}'], "neither 1 nor -1", "--sort"],
    [["transfer", "a.bson", "b.bson", "--sort", '{"b":1,"2":1}'], "loses its place", '[["at"'],
    [
      ["transfer", "a.bson", "b.bson", "--rename", "x"],
      "not OLD=NEW",
      "shop.orders=archive.orders",
    ],
    [["transfer", "a.bson", "b.bson", "--quiet", "--verbose"], "--quiet with --verbose", ""],
    [["transfer", "a.bson", "b.bson", "--drop"], "Cannot use --drop", "--overwrite"],
    [["transfer", "a.bson", "mongodb://127.0.0.1:1/a.b", "--overwrite"], "it is no file", "--drop"],
    [
      ["transfer", "a.bson", "mongodb://127.0.0.1:1/a.b", "--compress", "gzip"],
      "it is no file",
      "",
    ],
    [["transfer", "a.bson", "b.bson", "--on-conflict", "skip"], "Cannot use --on-conflict", ""],
    [["schema", "a.bson", "--to", "ts"], "target is unknown", "did you mean --to typescript?"],
    [["schema", "a.bson", "--to", "py"], "target is unknown", "--to typeddict or --to pydantic?"],
    [["schema", "a.bson", "--to", "zodd"], "target is unknown", "did you mean --to zod?"],
    [["schema", "a.bson", "--to", "kotlin"], "target is unknown. Known are typescript", "\n"],
    [["transfer", "mongodb://[bad", "b.bson"], '"[bad" is neither a host name', "mongodb://[::1]"],
    [["transfer", "a.bson", "-", "--json"], "Cannot use --json", "--summary FILE"],
    [["transfer", "-", "-", "--json"], "Cannot use --json", "--summary FILE"],
    [["transfer", "a.xml", "b.bson"], '".xml" is unknown', "--from bson"],
    [["transfer", "a.bsn", "b.bson"], '".bsn" is unknown', ".bson?"],
    [["transfer", "a.bson", "b.csv"], "does not write csv", "bson"],
    [["transfer", "dump/", "b.bson"], "a file holds one", "--include database.collection"],
    [["transfer", "redis://x", "b.bson"], '"redis:" is unknown', "datahood connectors"],
    [["transfer", "mongo://h/a.b", "b.bson"], '"mongo:" is unknown', "mongodb://"],
    [["transfer", "mongodb://127.0.0.1:1/admin", "b.bson"], "keeps for itself", "--system"],
    [["transfer", "-", "b.bson", "--from", "bsno"], "format is unknown", "--from bson?"],
    [["transfer", "env:DATAHOOD_TEST_NOT_SET", "b.bson"], "is not set", "export"],
    [["transfer", "mongo-to-bsn", "b.bson"], "neither a file nor a command", "mongo-to-bson?"],
    [["transfer", "--yes", "mongo-to-bson", "b.bson"], "it is a command", "put it first"],
    [
      ["transfer", "mongo-to-bson", "b.bson"],
      "Missing required options --source-uri",
      "mongodb://",
    ],
    [["transfer", "mongo-to-mongo"], "--source-uri, --source-database, --source-collection", ""],
    [
      [
        "transfer",
        "mongo-to-bson",
        "b.bson",
        "--source-uri",
        "b.bson",
        "--source-database",
        "a",
        "--source-collection",
        "b",
      ],
      "not a MongoDB connection string",
      "mongodb://localhost:27017",
    ],
    [
      [
        "transfer",
        "bson-to-mongo",
        "b.bson",
        "--dest-uri",
        "mongodb://127.0.0.1:1",
        "--dest-database",
        "a.b",
        "--dest-collection",
        "c",
      ],
      'cannot hold "."',
      "--dest-collection",
    ],
    [["completions", "fsh"], 'completions for "fsh"', "completions fish?"],
    [["connectors", "x"], "No arguments allowed", ""],
    [["transfer", "a.bson", "b.bson", `mongodb://ada:${PASSWORD}@h/a`], "Too many arguments", ""],
    [["transfer", `mongodb://ada:${PASSWORD}@h:x/a`, "b.bson"], "ada:***@h:x", ""],
    [["transfer", `mongodb://ada:${PASSWORD}/@h/a`, "b.bson"], "ada:***@h", "%2F"],
  ];
  const results = table.map(([args]) => () => runCli(args));
  // A few at a time: each is a process.
  for (let i = 0; i < table.length; i += 4) {
    const done = await Promise.all(results.slice(i, i + 4).map((run) => run()));
    for (const [j, { code, out, err }] of done.entries()) {
      const [args, message, hint] = table[i + j]!;
      await t.step(args.join(" ") || "(none)", () => {
        assertStringIncludes(err, message);
        assertStringIncludes(err, hint);
        assertEquals(code, 2, err);
        // The object never goes where the documents would.
        assertEquals(out, "");
        assert(!err.includes(PASSWORD), err);
        assert(args.includes("--verbose") || !/\n\s+at /.test(err), "a stack without --verbose");
      });
    }
  }
});

Deno.test("datahood tells errors as JSON with --json, and shows the stack with --verbose", async () => {
  const { code, out, err } = await runCli(["transfer", "a.xml", "b.bson", "--json", "--verbose"]);
  assertEquals(code, 2);
  const result = JSON.parse(out);
  assertEquals(result.schemaVersion, 1);
  assertEquals(result.exitCode, 2);
  assertEquals(result.error.code, "usage");
  assertStringIncludes(result.error.message, '".xml" is unknown');
  assert(!err.includes("\n    at "), err);
  const missing = await runCli(["transfer", "not_there.bson", "null:", "--verbose"]);
  assertEquals(missing.code, 3);
  assertStringIncludes(missing.err, "\n    at ");
});

Deno.test("datahood tells errors as JSON with the same keys, however early they are", async (t) => {
  const table: readonly (readonly (readonly string[])[])[] = [
    [
      ["transfer", "a.xml", "b.bson"],
      ["transfer", "a.bson"],
      ["transfer", "a.bson", "b.bson", "--nope"],
      ["transfer", "not_there.bson", "b.bson"],
      ["transfer", "mongo-to-bson", "b.bson"],
      ["transfer", "a.bson", "b.bson", "--limit", "x"],
    ],
    [
      ["inspect", "a.xml"],
      ["inspect", "not_there.bson"],
      ["schema", "check", "not_there.bson"],
      ["schema", "diff", "not_there.bson", "a.profile.json"],
      ["verify", "a.bson", "a.xml"],
      ["nope"],
    ],
  ];
  for (const alike of table) {
    const runs = await Promise.all(alike.map((args) => runCli([...args, "--json"])));
    const keys = (out: string) => Object.keys(JSON.parse(out)).sort();
    for (const [i, { code, out }] of runs.entries()) {
      await t.step(alike[i]!.join(" "), () => {
        assertEquals(keys(out), keys(runs.at(-1)!.out));
        assertEquals(JSON.parse(out).exitCode, code);
      });
    }
  }
});

Deno.test("datahood tells errors as lines of JSON with --log-format json", async () => {
  const { code, out, err } = await runCli(["transfer", "a.xml", "b.bson", "--log-format", "json"]);
  assertEquals([code, out], [2, ""]);
  const line = JSON.parse(err);
  assertEquals([line.level, line.code], ["error", "usage"]);
});

Deno.test("datahood says its version as deno.json has it", async () => {
  const { default: config } = await import("../../deno.json", { with: { type: "json" } });
  assertEquals((await runCli(["-V"])).out.trim(), config.version);
  assertEquals((await runCli(["--version"])).out, `datahood ${config.version}\n`);
});

Deno.test("datahood alone prints help, without permissions", async () => {
  const [alone, asked] = await Promise.all([
    runCli([], { permissions: [] }),
    runCli(["--help"], { permissions: [] }),
  ]);
  assertEquals([alone.code, alone.err], [0, ""]);
  assertEquals(alone.out, asked.out);
  assertStringIncludes(alone.out, "transfer");
});

Deno.test("datahood connectors lists what can be read and written", async () => {
  const text = await runCli(["connectors"], { permissions: [] });
  assertEquals([text.code, text.err], [0, ""]);
  for (
    const word of [
      "mongodb",
      "bson",
      "null",
      "mongodb://host/shop",
      "read, write",
      "env:NAME",
      "@file",
    ]
  ) {
    assertStringIncludes(text.out, word);
  }
  const json = JSON.parse((await runCli(["connectors", "--json"], { permissions: [] })).out);
  assertEquals(json.schemaVersion, 1);
  assertEquals(json.connectors.map(({ kind }: { kind: string }) => kind), [
    "mongodb",
    "bson",
    "dump",
    "archive",
    "null",
  ]);
  assertEquals(json.standIns.map(({ example }: { example: string }) => example), [
    "env:NAME",
    "@file",
  ]);
});
