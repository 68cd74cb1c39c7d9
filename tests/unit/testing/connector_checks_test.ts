import { assert, assertEquals, assertRejects } from "@std/assert";
import { BsonConnector } from "../../../src/connectors/bson/mod.ts";
import type {
  Connector,
  PermissionNeed,
  Source,
  SourceItem,
  Target,
} from "../../../src/core/mod.ts";
import {
  type CheckName,
  connectorChecks,
  type ConnectorSuite,
  sampleDocuments,
} from "../../../src/testing/mod.ts";

/** Where a good connector is broken. */
interface Breakage {
  source?: (source: Source) => Source;
  target?: (target: Target) => Target;
  permissions?: (needs: readonly PermissionNeed[]) => readonly PermissionNeed[];
}

/** A connector that works, but for one thing. */
function broken(connector: BsonConnector, { source, target, permissions }: Breakage): Connector {
  class Broken extends BsonConnector {
    override readonly source = source?.(connector.source) ?? connector.source;
    override readonly target = target?.(connector.target) ?? connector.target;
    override permissions(role?: "source" | "target") {
      const needs = super.permissions(role);
      return permissions?.(needs) ?? needs;
    }
  }
  return new Broken({ path: connector.display });
}

function suiteOf(breakage: Breakage = {}): ConnectorSuite {
  return {
    name: "broken",
    roles: ["source", "target"],
    place: async () => {
      const directory = await Deno.makeTempDir();
      const path = `${directory}/sample.bson`;
      return {
        connector: () => broken(new BsonConnector({ path }), breakage),
        [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
      };
    },
  };
}

function checkNamed(name: CheckName, suite: ConnectorSuite) {
  return connectorChecks(suite).find((check) => check.name === name)!;
}

/** A source whose items are changed on the way. */
function changing(change: (item: SourceItem, number: number) => SourceItem | undefined) {
  return (source: Source): Source => ({
    ...source,
    async *read(options) {
      let number = 0;
      for await (const item of source.read(options)) {
        const changed = change(item, item.type === "batch" ? number++ : -1);
        if (changed !== undefined) yield changed;
      }
    },
  });
}

const BREAKAGES: readonly [CheckName, string, Breakage][] = [
  ["permissions", "a need that changes", {
    permissions: (needs) => [...needs, { kind: "env", target: crypto.randomUUID(), reason: "x" }],
  }],
  ["batches", "a batch that is left out", {
    source: changing((item, number) => number === 2 ? undefined : item),
  }],
  ["batches", "no end", {
    source: changing((item) => item.type === "end" ? undefined : item),
  }],
  ["round-trip", "a byte that is changed", {
    source: changing((item) => {
      if (item.type === "batch") item.batch.buffer[item.batch.starts[0]! + 20]! ^= 1;
      return item;
    }),
  }],
  ["batch-size", "sizes that are not looked at", {
    source: (source) => ({
      ...source,
      read: ({ batchDocuments: _, batchBytes: __, ...options } = {}) => source.read(options),
    }),
  }],
  ["resume", "a position that is not looked at", {
    source: (source) => ({ ...source, read: ({ after: _, ...rest } = {}) => source.read(rest) }),
  }],
  ["bad-position", "a position that is not looked at", {
    source: (source) => ({ ...source, read: ({ after: _, ...rest } = {}) => source.read(rest) }),
  }],
  ["abort-signal", "a signal that is not looked at", {
    source: (source) => ({ ...source, read: ({ signal: _, ...rest } = {}) => source.read(rest) }),
  }],
  ["include", "names that are not looked at", {
    source: (source) => ({ ...source, read: ({ include: _, ...rest } = {}) => source.read(rest) }),
  }],
  ["query", "a query that is not looked at", {
    source: (source) => ({ ...source, read: ({ query: _, ...rest } = {}) => source.read(rest) }),
  }],
  ["replay", "a batch that is written as often as it comes", {
    target: (target) => ({
      ...target,
      open: async (options) => {
        const writer = await target.open(options);
        let seq = 0;
        const write = writer.write.bind(writer);
        writer.write = (batch) => write({ ...batch, seq: seq++ });
        return writer;
      },
    }),
  }],
  ["existing", "a file that is replaced unasked", {
    target: (target) => ({
      ...target,
      open: (options) => target.open({ ...options, overwrite: true }),
    }),
  }],
  ["overwrite", "a file that is never replaced", {
    target: (target) => ({
      ...target,
      open: ({ overwrite: _, ...options } = {}) => target.open(options),
    }),
  }],
  ["abort", "giving up that keeps what was written", {
    target: (target) => ({
      ...target,
      open: async (options) => {
        const writer = await target.open(options);
        writer.abort = () => writer.commit().catch(() => {});
        return writer;
      },
    }),
  }],
];

for (const [name, what, breakage] of BREAKAGES) {
  Deno.test(`connectorChecks() finds ${what} ("${name}")`, async () => {
    await checkNamed(name, suiteOf()).run();
    await assertRejects(() => checkNamed(name, suiteOf(breakage)).run());
  });
}

Deno.test("connectorChecks() gives the reason of what is skipped", () => {
  const one = { ...suiteOf(), roles: ["target"] as const, skip: { sync: "it has no disk" } };
  assertEquals(checkNamed("resume", one).skipped, "it cannot be read");
  assertEquals(checkNamed("sync", one).skipped, "it has no disk");
  assertEquals(checkNamed("permissions-exact", one).skipped, "the suite names no program to run");
  assertEquals(checkNamed("replay", one).skipped, undefined);
});

Deno.test("connectorChecks() finds an end that is missing or not said", async () => {
  const one = { ...suiteOf(), roles: ["target"] as const };
  await assertRejects(() => checkNamed("abilities", one).run(), Error, "source");
});

Deno.test("sampleDocuments() holds every BSON type, each a whole document", () => {
  const types = new Set(sampleDocuments().map(({ bytes }) => bytes[13]));
  const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 255, 127];
  assertEquals([...types].toSorted(), all.toSorted());
  for (const { name, bytes } of sampleDocuments()) {
    assert(
      new DataView(bytes.buffer).getInt32(0, true) === bytes.length && bytes.at(-1) === 0,
      name,
    );
  }
});
