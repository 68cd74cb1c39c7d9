import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { serialize, Timestamp } from "bson";
import { LoadError } from "../../src/core/mod.ts";
import { openSession } from "../../src/connectors/mongodb/connect.ts";
import { openMongoWriter } from "../../src/connectors/mongodb/writer.ts";
import { everyType } from "./_documents.ts";
import { integration } from "./_server.ts";
import { batchOf, hex, storedBytes, withWriter } from "./_write.ts";

integration("openMongoWriter() writes the same bytes with another driver", async (context) => {
  const { uri, client, database: db } = context;
  const namespace = { db, collection: "other" };
  const lines: string[] = [];
  const session = await openSession({ uri, verbose: (line) => lines.push(line) });
  try {
    const options = { ...session.client.options, metadata: { driver: { version: "7.99.0" } } };
    const other = Object.create(session.client, { options: { value: options } });
    const writer = await openMongoWriter({ ...session, client: other }, { onConflict: "replace" });
    assertEquals(lines.filter((line) => line.includes("the driver is 7.99.0")).length, 1);
    const documents = [everyType(1, { deprecated: false }), serialize({ _id: 2, a: 1 })];
    assertEquals((await writer.write(batchOf(namespace, documents))).inserted, 2);
    assertEquals((await storedBytes(client, namespace)).map(hex), documents.map(hex));
    const changed = [documents[0]!, serialize({ _id: 2, a: 2 })];
    const result = await writer.write(batchOf(namespace, changed, { seq: 1 }));
    assertEquals([result.unchanged, result.replaced], [1, 1]);
    assertEquals((await storedBytes(client, namespace)).map(hex), changed.map(hex));
    // A type that it cannot encode again is not changed in silence.
    const deprecated = batchOf(namespace, [everyType(3, { deprecated: true })], { seq: 2 });
    const error = await assertRejects(() => writer.write(deprecated), LoadError);
    assertStringIncludes(error.message, "document 0: this driver would change it");
    await writer.abort();
  } finally {
    await session.client.close();
  }
});

integration(
  "openMongoWriter() says which timestamps a server without the option replaces",
  { needs: ["failpoints"] },
  async ({ uri, client, database: db }) => {
    const namespace = { db, collection: "empty" };
    await withWriter({ uri }, {}, async (writer) => {
      await writer.begin({ namespace, type: "collection" });
      await client.db("admin").command({
        configureFailPoint: "failCommand",
        mode: { times: 1 },
        data: { failCommands: ["insert"], errorCode: 40415, errorLabels: [] },
      });
      const documents = [{ _id: 1, t: new Timestamp(0n) }, { _id: new Timestamp(0n) }, { _id: 3 }];
      assertEquals((await writer.write(batchOf(namespace, documents))).inserted, 3);
      const issues = await writer.end(namespace);
      assertEquals(issues.map(({ code, level }) => [code, level]), [
        ["timestamps-replaced", "warning"],
      ]);
      assertStringIncludes(issues[0]!.message, ": 1 documents of");
      // What the server put there does not make the document another one.
      await client.db(db).collection<{ _id: number; t: Timestamp }>("empty")
        .updateOne({ _id: 1 }, { $set: { t: new Timestamp({ t: 5, i: 1 }) } });
      const again = await writer.write(batchOf(namespace, documents, { seq: 1 }));
      assertEquals([again.unchanged, again.rejected], [3, []]);
    });
  },
);
