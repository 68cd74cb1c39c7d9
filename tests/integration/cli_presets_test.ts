import { assertEquals, assertStringIncludes } from "@std/assert";
import { exampleBson } from "../cli/_documents.ts";
import { inFolder, runCli } from "../cli/_run_cli.ts";
import { fill } from "./_cli.ts";
import { integration } from "./_server.ts";

const BYTES = exampleBson(100);

function end(prefix: "source" | "dest", uri: string, database: string, collection: string) {
  return [
    `--${prefix}-uri`,
    uri,
    `--${prefix}-database`,
    database,
    `--${prefix}-collection`,
    collection,
  ];
}

integration(
  "datahood transfer bson-to-mongo, mongo-to-mongo and mongo-to-bson move a collection",
  ({ uri, database }) =>
    inFolder(async (cwd) => {
      await Deno.writeFile(`${cwd}/a.bson`, BYTES);
      const runs = [
        ["bson-to-mongo", "a.bson", ...end("dest", uri, database, "one")],
        [
          "mongo-to-mongo",
          ...end("source", uri, database, "one"),
          ...end("dest", "env:DATAHOOD_TEST_DEST", database, "two.three"),
        ],
        [
          "mongo-to-bson",
          "b.bson",
          ...end("source", uri, database, "two.three"),
          "--sort",
          '{"_id": 1}',
        ],
      ];
      for (const run of runs) {
        const { code, err } = await runCli(["transfer", ...run], {
          cwd,
          env: { DATAHOOD_TEST_DEST: uri },
        });
        assertEquals(code, 0, err);
      }
      assertEquals(await Deno.readFile(`${cwd}/b.bson`), BYTES);
    }),
);

integration("datahood transfer PRESET --dry-run looks at the source alone", async (context) => {
  const { uri, database, db } = context;
  await fill(db, "orders", 7);
  const closed = "mongodb://127.0.0.1:1";
  const source = end("source", uri, database, "orders");
  const runs = [
    ["mongo-to-mongo", ...source, ...end("dest", closed, "a", "b"), "--dry-run"],
    ["mongo-to-bson", "/nowhere/at/all.bson", ...source, "--dry-run"],
  ];
  for (const run of runs) {
    const { code, err } = await runCli(["transfer", ...run]);
    assertEquals(code, 0, err);
    assertStringIncludes(err, "Dry run: 7 documents");
  }
  await inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const run = ["bson-to-mongo", "a.bson", ...end("dest", closed, "a", "b"), "--dry-run"];
    const { code, err } = await runCli(["transfer", ...run], { cwd });
    assertEquals(code, 0, err);
    assertStringIncludes(err, "Dry run: 100 documents");
  });
});
