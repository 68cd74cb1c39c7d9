import { assertEquals } from "@std/assert";
import { BsonConnector } from "../../src/connectors/bson/mod.ts";
import { MongoConnector } from "../../src/connectors/mongodb/mod.ts";
import { transfer } from "../../src/transfer/mod.ts";
import { integration } from "./_server.ts";

integration("transfer() writes what a validator refuses if it is told to", async (context) => {
  const { uri, database, db, client, test } = context;
  // A server that does not know the field would take it in silence.
  await db.createCollection("strict", { validator: { n: { $gte: 0 } } });
  const collection = db.collection<{ _id: number; n: number }>("strict");
  const folder = await Deno.makeTempDir();
  try {
    await using file = new BsonConnector({ path: `${folder}/in.bson` });
    await file.loadData([{ _id: 1, n: 1 }, { _id: 2, n: -2 }, { _id: 3, n: -3 }]);
    await using target = new MongoConnector({ uri, database, collection: "strict" });

    await test.step("not told", async () => {
      const { counts, rejections } = await transfer(file, target);
      assertEquals([counts.written, counts.rejected], [1, 2]);
      assertEquals(rejections.map(({ code }) => code), [121, 121]);
    });
    await test.step("told, by an insert", async () => {
      const { counts } = await transfer(file, target, { bypassDocumentValidation: true });
      assertEquals([counts.written, counts.unchanged, counts.rejected], [2, 1, 0]);
      assertEquals(await collection.countDocuments({ n: { $lt: 0 } }), 2);
    });
    await test.step("told, by an update", async () => {
      await collection.updateMany({}, { $set: { n: 7 } });
      const again = await transfer(file, target, { onConflict: "replace" });
      assertEquals([again.counts.replaced, again.counts.rejected], [1, 2]);
      await collection.updateMany({}, { $set: { n: 7 } });
      const { counts } = await transfer(file, target, {
        onConflict: "replace",
        bypassDocumentValidation: true,
      });
      assertEquals([counts.replaced, counts.rejected], [3, 0]);
      const found = await client.db(database).collection("strict").find().sort({ _id: 1 })
        .toArray();
      assertEquals(found.map(({ n }) => n), [1, -2, -3]);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
