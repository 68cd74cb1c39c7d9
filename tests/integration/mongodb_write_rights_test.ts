import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { deserialize } from "bson";
import { ConnectError } from "../../src/core/mod.ts";
import { integration, type IntegrationContext } from "./_server.ts";
import { batchOf, withWriter } from "./_write.ts";

const server = { auth: { user: "admin", password: "secret" } };

/** The address for a user with one role on a database of the test. */
async function userOf({ client, server, database }: IntegrationContext, role: string) {
  const user = `${role}_${database}`;
  await client.db("admin").command({
    createUser: user,
    pwd: "pass/word",
    roles: [{ role, db: database }],
  });
  return server.bareUri.replace("://", `://${user}:pass%2Fword@`);
}

integration("openMongoWriter() says what a user may not do", { server }, async (context) => {
  const { db, database, server } = context;
  await db.createCollection("there");
  const uri = await userOf(context, "read");
  const there = { db: database, collection: "there" };
  await withWriter({ uri }, {}, async (writer) => {
    const fresh = { db: database, collection: "fresh" };
    const create = await assertRejects(
      () => writer.begin({ namespace: fresh, type: "collection" }),
      ConnectError,
    );
    assertStringIncludes(create.message, `is not allowed to run create on "${database}.fresh"`);
    await writer.begin({ namespace: there, type: "collection" });
    const insert = await assertRejects(() => writer.write(batchOf(there, [{}])), ConnectError);
    assertStringIncludes(insert.message, `is not allowed to run insert on "${database}.there"`);
    assertStringIncludes(insert.hint!, `role: "readWrite", db: "${database}"`);
    assertEquals([insert.retryable, insert.stage], [false, "target"]);
    assertEquals(insert.message.includes("pass"), false);
  });
  await withWriter({ uri }, { overwrite: true }, async (writer) => {
    const drop = await assertRejects(
      () => writer.begin({ namespace: there, type: "collection" }),
      ConnectError,
    );
    assertStringIncludes(drop.message, "is not allowed to run drop");
  });
  await withWriter({ uri: server.bareUri }, {}, async (writer) => {
    const error = await assertRejects(
      () => writer.begin({ namespace: there, type: "collection" }),
      ConnectError,
    );
    assertStringIncludes(error.message, "asks for a login");
  });
});

integration("openMongoWriter() needs no more than readWrite", { server }, async (context) => {
  const { db, database } = context;
  const uri = await userOf(context, "readWrite");
  const namespace = { db: database, collection: "mine" };
  await withWriter({ uri }, { onConflict: "replace", overwrite: true }, async (writer) => {
    await writer.begin({ namespace, type: "collection" });
    await writer.write(batchOf(namespace, [{ _id: 1 }, { _id: 2 }]));
    const result = await writer.write(
      batchOf(namespace, [{ _id: 1, a: 1 }, { _id: 2 }], { seq: 1 }),
    );
    assertEquals([result.replaced, result.unchanged], [1, 1]);
    assertEquals(await writer.end(namespace), []);
  });
  const [first] = await db.collection("mine").find({}, { raw: true }).toArray();
  assertEquals(deserialize(first as unknown as Uint8Array), { _id: 1, a: 1 });
});
