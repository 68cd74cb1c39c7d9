import { assert, assertEquals, assertRejects } from "@std/assert";
import { deserialize } from "bson";
import { DatahoodError, type DecodeOptions, type WriteResult } from "../core/mod.ts";
import {
  batchesOf,
  batchOf,
  type Bench,
  type CheckDefinition,
  comparable,
  openFor,
  readAll,
  sourceOf,
  stored,
  targetOf,
  writeAll,
} from "./_bench.ts";
import { numberedDocuments, sampleDocuments } from "./sample_documents.ts";

const COUNT = 40;

function samplesFor({ suite }: Bench): Uint8Array[] {
  return sampleDocuments()
    .filter(({ name }) => suite.without?.[name] === undefined)
    .map(({ bytes }) => bytes);
}

function written(results: readonly WriteResult[]): number {
  return results.reduce((sum, { inserted, replaced }) => sum + inserted + replaced, 0);
}

/** Checks of a connector as a target; most read back what they wrote. */
export const targetChecks: readonly CheckDefinition[] = [
  {
    name: "round-trip",
    title: "gives back every BSON type as it was written",
    needs: ["source", "target"],
    async run(bench) {
      const samples = samplesFor(bench);
      const { namespace } = bench;
      await using connector = bench.place.connector();
      const results = await writeAll(connector, batchesOf(samples, namespace, 5), namespace);
      assertEquals(written(results), samples.length);
      assertEquals(results.flatMap(({ rejected }) => rejected), []);
      const { documents } = await readAll(connector);
      const { fidelity, ordered } = sourceOf(connector).capabilities;
      if (fidelity === "bytes") {
        assertEquals(comparable(documents, ordered), comparable(samples, ordered));
      } else {
        assertEquals(documents.length, samples.length);
      }
    },
  },
  {
    name: "replay",
    title: "does not double a batch that is written again",
    needs: ["target"],
    async run({ place, namespace }) {
      await using connector = place.connector();
      const [first, second] = batchesOf(numberedDocuments(COUNT), namespace, COUNT / 2);
      const again = [first!, first!, second!, second!];
      const results = await writeAll(connector, again, namespace);
      for (const { rejected } of results) assertEquals(rejected, []);
      if (connector.source === undefined) return;
      assertEquals((await readAll(connector)).documents.length, COUNT);
    },
  },
  {
    name: "side-by-side",
    title: "takes several batches at once, if it says so",
    needs: ["target"],
    async run({ place, namespace }) {
      await using connector = place.connector();
      await connector.connect();
      const target = targetOf(connector);
      const batches = batchesOf(numberedDocuments(COUNT), namespace, 5);
      const writer = await openFor(connector, namespace);
      try {
        await writer.begin({ namespace, type: "collection" });
        const results: WriteResult[] = [];
        if (target.capabilities.sequential) {
          for (const batch of batches) results.push(await writer.write(batch));
        } else {
          results.push(...await Promise.all(batches.map((batch) => writer.write(batch))));
        }
        assertEquals(written(results), COUNT);
        await writer.end(namespace);
        await writer.commit();
      } finally {
        await writer.abort();
      }
      if (connector.source === undefined) return;
      assertEquals((await readAll(connector)).documents.length, COUNT);
    },
  },
  {
    name: "untouched-before-begin",
    title: "leaves what is there alone until a collection begins",
    needs: ["source", "target"],
    async run(bench) {
      await using connector = bench.place.connector();
      const batches = batchesOf(numberedDocuments(3), bench.namespace, 3);
      await writeAll(connector, batches, bench.namespace);
      const writer = await openFor(connector, bench.namespace, { overwrite: true });
      await writer.abort();
      assertEquals(await stored(bench), 3);
    },
  },
  {
    name: "abort",
    title: "leaves nothing when it gives up, as often as it is told to",
    needs: ["source", "target"],
    async run(bench) {
      const { namespace } = bench;
      await using connector = bench.place.connector();
      await connector.connect();
      const writer = await openFor(connector, namespace);
      await writer.begin({ namespace, type: "collection" });
      await writer.write(batchOf(numberedDocuments(COUNT), namespace));
      await writer.abort();
      await writer.abort();
      assertEquals(await stored(bench), 0);
      // And nothing stands in the way of the next run.
      await writeAll(connector, batchesOf(numberedDocuments(2), namespace, 2), namespace);
      assertEquals(await stored(bench), 2);
    },
  },
  {
    name: "existing",
    title: "refuses to replace what exists unasked",
    needs: ["source", "target"],
    async run(bench) {
      const { namespace } = bench;
      await using connector = bench.place.connector();
      await writeAll(connector, batchesOf(numberedDocuments(4), namespace, 4), namespace);
      const more = batchesOf(numberedDocuments(1), namespace, 1);
      const error = await assertRejects(
        () => writeAll(connector, more, namespace),
        DatahoodError,
      );
      assertEquals(error.code, "io");
      assertEquals(await stored(bench), 4);
    },
  },
  {
    name: "overwrite",
    title: "replaces what exists when asked",
    needs: ["source", "target"],
    async run(bench) {
      const { namespace } = bench;
      await using connector = bench.place.connector();
      await writeAll(connector, batchesOf(numberedDocuments(9), namespace, 9), namespace);
      const batches = batchesOf(numberedDocuments(2), namespace, 2);
      await writeAll(connector, batches, namespace, { overwrite: true });
      assertEquals(await stored(bench), 2);
    },
  },
  {
    name: "sync",
    title: "says where what is durable ends",
    needs: ["target"],
    async run({ place, namespace }) {
      await using connector = place.connector();
      await connector.connect();
      const writer = await openFor(connector, namespace);
      try {
        await writer.begin({ namespace, type: "collection" });
        await writer.write(batchOf(numberedDocuments(3), namespace));
        const position = await writer.sync();
        assert(position.v >= 1 && position.kind === connector.kind, "not a position of its own");
        assertEquals(JSON.parse(JSON.stringify(position)), position);
        await writer.end(namespace);
        await writer.commit();
      } finally {
        await writer.abort();
      }
    },
  },
  {
    name: "documents",
    title: "takes and gives documents as it does bytes",
    needs: ["source", "target"],
    async run(bench) {
      await using connector = bench.place.connector();
      const raw = numberedDocuments(COUNT);
      const documents = raw.map((bytes) => deserialize(bytes));
      const result = await connector.loadData(documents, { namespace: bench.namespace });
      assertEquals([result.read, result.inserted, result.rejected.count], [COUNT, COUNT, 0]);
      const extracted = await Array.fromAsync(connector.extractData());
      const { ordered, rereadable } = sourceOf(connector).capabilities;
      if (!ordered) extracted.sort((a, b) => Number(a._id) - Number(b._id));
      assertEquals(extracted, documents);
      if (rereadable) {
        assertEquals(
          comparable((await readAll(connector)).documents, ordered),
          comparable(raw, ordered),
        );
      }
    },
  },
  {
    name: "decode",
    title: "decodes as asked",
    needs: ["source", "target"],
    async run(bench) {
      const samples = samplesFor(bench);
      const { namespace } = bench;
      await using connector = bench.place.connector();
      await writeAll(connector, batchesOf(samples, namespace, 50), namespace);
      const { fidelity, rereadable } = sourceOf(connector).capabilities;
      if (fidelity !== "bytes" || !rereadable) return;
      const ways: DecodeOptions[] = [
        {},
        { promoteLongs: false },
        { promoteValues: false },
        { promoteBuffers: true },
        { useBigInt64: true },
        { bsonRegExp: true },
      ];
      for (const decode of ways) {
        const extracted = await Array.fromAsync(connector.extractData({ decode }));
        const byId = (a: Record<string, unknown>, b: Record<string, unknown>) =>
          Number(a._id) - Number(b._id);
        assertEquals(
          extracted.toSorted(byId),
          samples.map((bytes) => deserialize(bytes, { ...decode })).toSorted(byId),
          JSON.stringify(decode),
        );
      }
    },
  },
];
