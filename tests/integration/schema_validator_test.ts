import { assert, assertEquals, assertRejects } from "@std/assert";
import { MongoServerError } from "mongodb";
import { Profile } from "../../src/profile/mod.ts";
import { GENERATORS, inferSchemas, type SchemaModel } from "../../src/schema/mod.ts";
import { generatorSamples, mutants } from "../../src/testing/mod.ts";
import { dataSets } from "../schema/data_sets.ts";
import { judge } from "../schema/judges/mongodb-validator.ts";
import { integration } from "./_server.ts";

const generator = GENERATORS.find(({ kind }) => kind === "mongodb-validator")!;

function modelOf(set: { namespace: SchemaModel["namespace"]; documents: readonly Uint8Array[] }) {
  const profile = new Profile();
  for (const document of set.documents) profile.addDocument(document);
  return inferSchemas([{ namespace: set.namespace, profile }])[0]!;
}

function textOf(model: SchemaModel, options: Record<string, boolean> = {}): string {
  return generator.generate([model], { source: "orders", version: "0.1.0", options });
}

integration("mongodbValidatorGenerator writes what a server enforces", async ({ db }) => {
  const orders = Array.from({ length: 40 }, (_, i) => ({
    number: i,
    status: "new",
    lines: [{ sku: `s${i}`, price: 1.5 }],
    note: i % 2 ? "text" : null,
  }));
  await db.collection("orders").insertMany(orders.map((order) => ({ ...order })));
  const { serialize } = await import("bson");
  const documents = await db.collection("orders").find().map((one) => serialize(one)).toArray();
  const model = modelOf({ namespace: { db: "shop", collection: "orders" }, documents });
  const { $jsonSchema } = JSON.parse(textOf(model, { closed: true }));
  assertEquals(await db.collection("orders").countDocuments({ $nor: [{ $jsonSchema }] }), 0);

  const command = JSON.parse(textOf(model, { closed: true, collMod: true }));
  await db.command({ ...command, validationAction: "error", validationLevel: "strict" });
  const { note: _, ...incomplete } = orders[0]!;
  const wrong: readonly Record<string, unknown>[] = [
    { ...orders[0], number: "1" },
    incomplete,
    { ...orders[0], more: 1 },
    { ...orders[0], lines: [{ sku: "s", price: null }] },
  ];
  for (const document of wrong) {
    const error = await assertRejects(
      () => db.collection("orders").insertOne({ ...document }),
      MongoServerError,
    );
    assertEquals(error.code, 121);
  }
  // Drivers send 1 as an int and 3e9 as a double.
  await db.collection("orders").insertOne({ ...orders[0], number: 3e9 });
});

integration("a collection with the command as it is refuses nothing", async ({ db }) => {
  await db.collection("orders").insertOne({ number: 1 });
  const { serialize } = await import("bson");
  const documents = [serialize({ number: 1 })];
  const model = modelOf({ namespace: { db: "shop", collection: "orders" }, documents });
  await db.command(JSON.parse(textOf(model, { collMod: true })));
  await db.collection("orders").insertOne({ number: "one" });
  const [info] = await db.listCollections({ name: "orders" }).toArray() as unknown as {
    options: { validationAction: string; validationLevel: string };
  }[];
  assertEquals(info!.options.validationAction, "warn");
  assertEquals(info!.options.validationLevel, "moderate");
});

integration("a server and its documentation say the same of validators", async ({ test }) => {
  await using server = await judge() as Awaited<ReturnType<typeof judge>> & AsyncDisposable;
  assert(server.server !== undefined);
  for (const set of [...generatorSamples(), ...await dataSets()]) {
    await test.step(set.name, async () => {
      const documents = set.documents.slice(0, 100);
      const model = modelOf({ ...set, documents });
      const before = server.differences.length;
      for (const options of [{ closed: true }, { strictNumbers: true }]) {
        const text = textOf(model, options);
        assertEquals(await server.compile([text]), [undefined]);
        const right = await server.accept(text, model, documents);
        assertEquals(right.filter((reason) => reason !== undefined), []);
        const wrong = (["drop", "swap", "add"] as const).flatMap((change) =>
          mutants(model, documents, change, { count: 20 }).map(({ bytes }) => bytes)
        );
        await server.accept(text, model, wrong);
      }
      assertEquals(server.differences.slice(before), []);
    });
  }
});
