import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Connector,
  DatahoodError,
  documentLength,
  formatNamespace,
  InterruptedError,
  type Position,
  type QueryPart,
  type RawBatch,
  type ReadOptions,
} from "../core/mod.ts";
import {
  type CheckDefinition,
  comparable,
  documentsOf,
  fill,
  readAll,
  sourceOf,
} from "./_bench.ts";
import { numberedDocuments } from "./sample_documents.ts";
import { SkippedCheck } from "./suite.ts";

const COUNT = 60;

async function drain(connector: Connector, options: ReadOptions): Promise<void> {
  for await (const item of sourceOf(connector).read(options)) {
    if (item.type === "batch") item.batch.release?.();
  }
}

/** Checks that the batches of a read are what the contract says. */
function checkBatches(batches: readonly RawBatch[]): void {
  const lanes = new Map<number, RawBatch>();
  const indexes = new Map<string, number>();
  for (const batch of batches) {
    const { lane, seq, starts, buffer, namespace, firstIndex, after } = batch;
    const name = formatNamespace(namespace);
    assertEquals(seq, (lanes.get(lane)?.seq ?? -1) + 1, `seq in lane ${lane} is not dense`);
    lanes.set(lane, batch);
    assert(starts.length > 0, "a batch has no documents");
    assertEquals(firstIndex, indexes.get(`${lane} ${name}`) ?? 0, `firstIndex in ${name}`);
    indexes.set(`${lane} ${name}`, firstIndex + starts.length);
    let end = 0;
    for (const start of starts) {
      assert(start >= end, `document at ${start} begins inside the one before`);
      end = start + documentLength(buffer, start);
      assert(end <= buffer.length && buffer[end - 1] === 0, `document at ${start} is cut short`);
    }
    assert(Number.isSafeInteger(after.v) && after.v >= 1, "a position has no version");
    assert(typeof after.kind === "string" && after.kind !== "", "a position has no kind");
    assertEquals(JSON.parse(JSON.stringify(after)), after, "a position is not plain JSON");
  }
}

/** Checks of a connector as a source. */
export const sourceChecks: readonly CheckDefinition[] = [
  {
    name: "lazy",
    title: "opens nothing before it is read from",
    needs: ["source"],
    async run({ place }) {
      await using connector = place.connector();
      // Nothing is there yet: whoever looks too early fails here.
      const source = sourceOf(connector);
      await source.read().return();
      await connector.extractData().return();
      source.describe();
    },
  },
  {
    name: "leaving-early",
    title: "lets go when left early, and can be read again",
    needs: ["source"],
    async run(bench) {
      await fill(bench, numberedDocuments(COUNT));
      await using connector = bench.place.connector();
      await connector.connect();
      for await (const item of sourceOf(connector).read({ batchDocuments: 5 })) {
        if (item.type !== "batch") continue;
        item.batch.release?.();
        break;
      }
      for await (const _ of connector.extractData()) break;
      if (!sourceOf(connector).capabilities.rereadable) return;
      assertEquals((await readAll(connector)).documents.length, COUNT);
    },
  },
  {
    name: "batches",
    title: "gives well-formed batches between begin and end",
    needs: ["source"],
    async run(bench) {
      const documents = numberedDocuments(COUNT);
      await fill(bench, documents);
      await using connector = bench.place.connector();
      const { items, batches, documents: read } = await readAll(connector, { batchDocuments: 7 });
      assertEquals(items[0]?.type, "begin");
      assertEquals(items.at(-1)?.type, "end");
      assert(items.slice(1, -1).every(({ type }) => type === "batch"), "one begin and one end");
      assert(batches.length > 1, "all came as one batch");
      checkBatches(batches);
      const { ordered } = sourceOf(connector).capabilities;
      assertEquals(comparable(read, ordered), comparable(documents, ordered));
    },
  },
  {
    name: "batch-size",
    title: "keeps to batchBytes and batchDocuments",
    needs: ["source"],
    async run(bench) {
      const documents = numberedDocuments(COUNT);
      await fill(bench, documents);
      await using connector = bench.place.connector();
      const byCount = await readAll(connector, { batchDocuments: 4 });
      for (const { starts } of byCount.batches) assert(starts.length <= 4, "over batchDocuments");
      if (!sourceOf(connector).capabilities.rereadable) return;
      const largest = Math.max(...documents.map(({ length }) => length));
      const byBytes = await readAll(connector, { batchBytes: 400 });
      assertEquals(byBytes.documents.length, COUNT);
      for (const batch of byBytes.batches) {
        const bytes = documentsOf(batch).reduce((sum, { length }) => sum + length, 0);
        // "About": one document more is allowed.
        assert(bytes <= 400 + largest, `a batch of ${bytes} bytes where 400 were asked for`);
      }
      assert(byBytes.batches.length > 1, "batchBytes changed nothing");
    },
  },
  {
    name: "describe",
    title: "describes the collections that it then gives",
    needs: ["source"],
    async run(bench) {
      await fill(bench, numberedDocuments(3));
      await using connector = bench.place.connector();
      await connector.connect();
      const described = await Array.fromAsync(sourceOf(connector).describe());
      const { items } = await readAll(connector);
      const begun = items.flatMap((item) => item.type === "begin" ? [item.collection] : []);
      const names = (list: typeof described) => list.map((info) => formatNamespace(info.namespace));
      assertEquals(names(described), names(begun));
      assertEquals(described.map(({ type }) => type), begun.map(({ type }) => type));
    },
  },
  {
    name: "include",
    title: "gives only the collections that are included",
    needs: ["source"],
    async run(bench) {
      await fill(bench, numberedDocuments(3));
      await using connector = bench.place.connector();
      assertEquals((await readAll(connector, { include: () => false })).items, []);
      if (!sourceOf(connector).capabilities.rereadable) return;
      assertEquals((await readAll(connector, { include: () => true })).documents.length, 3);
    },
  },
  {
    name: "query",
    title: "refuses the parts of a query that it cannot push down, and does the others",
    needs: ["source"],
    async run(bench) {
      await fill(bench, numberedDocuments(COUNT));
      await using connector = bench.place.connector();
      await connector.connect();
      const able = sourceOf(connector).capabilities.query;
      const queries = {
        filter: { _id: 7 },
        projection: { _id: 1 },
        sort: { _id: -1 },
        skip: COUNT - 2,
        limit: 2,
        sample: 3,
      } satisfies Record<QueryPart, unknown>;
      for (const [part, value] of Object.entries(queries)) {
        const query = { [part]: value };
        if (!able.includes(part as QueryPart)) {
          const error = await assertRejects(() => drain(connector, { query }), DatahoodError);
          assert(error.message.includes(part), `the refusal does not name ${part}`);
          continue;
        }
        const { documents } = await readAll(connector, { query });
        const count = { filter: 1, projection: COUNT, sort: COUNT, skip: 2, limit: 2, sample: 3 };
        assertEquals(documents.length, count[part as QueryPart], part);
      }
    },
  },
  {
    name: "resume",
    title: "goes on after any position that it gave",
    needs: ["source"],
    async run(bench) {
      await fill(bench, numberedDocuments(COUNT));
      await using connector = bench.place.connector();
      if (!sourceOf(connector).capabilities.resumable) {
        throw new SkippedCheck("it says that it is not resumable");
      }
      const options = { batchDocuments: 9, resumable: true };
      const whole = await readAll(connector, options);
      let seen = 0;
      for (const batch of whole.batches) {
        seen += batch.starts.length;
        const after: Position = JSON.parse(JSON.stringify(batch.after));
        // A later run makes a connector of its own.
        await using later = bench.place.connector();
        const rest = await readAll(later, { ...options, after });
        assertEquals(
          comparable(rest.documents, true),
          comparable(whole.documents.slice(seen), true),
        );
        if (rest.batches[0] !== undefined) assertEquals(rest.batches[0].firstIndex, seen);
      }
    },
  },
  {
    name: "bad-position",
    title: "refuses a position that it did not make",
    needs: ["source"],
    async run(bench) {
      await fill(bench, numberedDocuments(3));
      await using connector = bench.place.connector();
      await connector.connect();
      const { kind } = connector;
      for (const after of [{ v: 999, kind }, { v: 1, kind: `not-${kind}` }, { v: 1, kind }]) {
        await assertRejects(() => drain(connector, { after }), DatahoodError);
      }
    },
  },
  {
    name: "abort-signal",
    title: "stops by signal, before and while it reads",
    needs: ["source"],
    async run(bench) {
      await fill(bench, numberedDocuments(COUNT));
      await using connector = bench.place.connector();
      await connector.connect();
      const signal = AbortSignal.abort();
      await assertRejects(() => drain(connector, { signal }), InterruptedError);
      const controller = new AbortController();
      let batches = 0;
      await assertRejects(async () => {
        const options = { signal: controller.signal, batchDocuments: 2 };
        for await (const item of sourceOf(connector).read(options)) {
          if (item.type !== "batch") continue;
          item.batch.release?.();
          if (++batches === 1) controller.abort();
        }
      }, InterruptedError);
      assert(batches < COUNT / 2, "it read on to the end");
    },
  },
];
