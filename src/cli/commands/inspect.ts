import { EXIT_CODES, formatNamespace, type Namespace } from "../../core/mod.ts";
import type { InspectedCollection, Inspection } from "../../inspect/mod.ts";
import type { Profile } from "../../profile/mod.ts";
import { atStage } from "../../transfer/_stage.ts";
import { selection } from "../_globs.ts";
import { type CliIo, outIfRead } from "../_io.ts";
import { parseCount, parseDuration } from "../_values.ts";
import { formatBytes, formatCount } from "../render/_units.ts";
import { rawJson } from "../render/_json.ts";
import { oneLine } from "../render/_printable.ts";
import { tableLines } from "../render/_table.ts";
import { ShownDocuments } from "./_shown.ts";
import { type ConnectorFlags, descriptorOf, discoverNeeds, settingsOf } from "./_run.ts";
import { runFramed } from "./schema/_frame.ts";
import { resolveAddresses } from "./transfer/_addresses.ts";
import { list, parseShowFlags, type RawFlags, read, text } from "./transfer/_flags.ts";
import { completePassword } from "./transfer/_refuse.ts";

/** `datahood inspect <source>`: what is in there. */
export async function inspectCommand(
  raw: RawFlags,
  words: readonly string[],
  io: CliIo,
): Promise<number> {
  const show = parseShowFlags(raw);
  const include = selection(list(raw, "include"), list(raw, "exclude"));
  const count = read(raw, "show", (flag, value) => parseCount(flag, value, 1)) ?? 0;
  const flags: Omit<ConnectorFlags, "usersAndRoles"> = {
    connectTimeoutMs: read(raw, "connectTimeout", parseDuration),
    idleTimeoutMs: read(raw, "idleTimeout", parseDuration),
    tlsCaFile: text(raw, "tlsCaFile"),
    ignoreOplog: true,
  };
  const end = { role: "source", text: words[0] ?? "", format: text(raw, "from") } as const;
  const [address] = await resolveAddresses([end], raw.system === true, io);
  return await runFramed(show, io, async (frame) => {
    const { reporter, signal } = frame;
    const descriptor = descriptorOf(address!.kind);
    // Of a dump they are a part; of a server they are nothing that everybody may look at.
    const usersAndRoles = address!.kind !== "mongodb";
    const settings = settingsOf("source", { ...flags, usersAndRoles, metadata: true }, reporter);
    await frame.begin({
      needs: descriptor.permissions(address!, settings),
      reads: address!.path === undefined ? [] : [{ name: "the source", path: address!.path }],
      writes: [],
      discover: () => discoverNeeds([{ address: address!, settings }]),
    });
    const { inspectSource, LIVE_DOCUMENTS } = await import("../../inspect/mod.ts");
    await using source = await descriptor.create(
      await completePassword(address!, "source", io),
      settings,
    );
    const profiles = raw.tree === true ? await treeProfiles() : undefined;
    const shown = new ShownDocuments({
      keep: show.json || show.summary !== undefined,
      ...(show.json ? {} : { print: (text: string) => io.out(text) }),
    });
    const options = {
      all: raw.all === true || undefined,
      show: count,
      onShown: (namespace: Namespace, json: string) => shown.add(namespace, json),
      ...(include === undefined ? {} : { include }),
      ...(profiles === undefined ? {} : { onDocument: profiles.add }),
      signal,
    } as Parameters<typeof inspectSource>[1];
    const inspection = await atStage("source", () => inspectSource(source, options));
    if (!show.json) {
      shown.end();
      // Nobody may read on: what is damaged makes the end of the run all the same.
      outIfRead(io, textOf(inspection));
      if (profiles !== undefined) outIfRead(io, await profiles.text(inspection));
    }
    const { damages, issues } = inspection;
    if (profiles !== undefined && source.source?.capabilities.pointInTime === false && !raw.all) {
      reporter.line(
        "info",
        `The tree is of the first ${LIVE_DOCUMENTS} documents of each collection; --all takes all.`,
      );
    }
    const cut = shown.issue();
    const unmatched = include?.unmatched() ?? [];
    for (const issue of [...issues, ...unmatched, ...cut === undefined ? [] : [cut]]) {
      reporter.issue(issue);
    }
    for (const { message, hint } of damages) {
      reporter.line("error", hint === undefined ? message : `${message}.\nhint: ${hint}`);
    }
    return {
      result: {
        ...inspection,
        collections: inspection.collections.map((each) => jsonOf(each, shown.of(each.namespace))),
        ...(profiles === undefined ? {} : { paths: await profiles.paths(inspection) }),
      },
      code: damages.length === 0 ? EXIT_CODES.done : EXIT_CODES.source,
    };
  });
}

/** A collection for programs: what is Extended JSON is a value, not a text of it. */
function jsonOf(
  { indexes, options, ...rest }: InspectedCollection,
  shown: readonly string[],
) {
  return {
    ...rest,
    ...(options === undefined ? {} : { options: rawJson(options) }),
    ...(indexes === undefined ? {} : {
      indexes: indexes.map(({ name, key, options }) => ({
        name,
        key: rawJson(key),
        options: rawJson(options),
      })),
    }),
    shown: shown.map(rawJson),
  };
}

const HEAD = ["collection", "type", "documents", "bytes", "average", "longest", "indexes"];

function textOf(inspection: Inspection): string {
  const { collections, damages } = inspection;
  const lines = tableLines([HEAD, ...collections.map(cellsOf)], (column) => column > 1);
  const unread = damages.length > 0 &&
    collections.some(({ read, documents }) => read === false && documents === undefined);
  if (unread) lines.push("", "?: not read, for what is wrong stands before it");
  const about = collections.flatMap((collection) => aboutOf(collection));
  return [headline(inspection), "", ...lines, ...about]
    .map((line) => `${oneLine(line)}\n`).join("");
}

function headline({ source, origin, damages, unsure, collections }: Inspection): string {
  const parts: string[] = [];
  const { compression, storedBytes, toolVersion, serverVersion } = origin;
  if (compression !== undefined) {
    const size = storedBytes === undefined ? "" : `, ${formatBytes(storedBytes)} as stored`;
    parts.push((compression === "none" ? "not compressed" : compression) + size);
  }
  if (toolVersion) parts.push(`tool ${toolVersion}`);
  if (serverVersion) parts.push(`server ${serverVersion}`);
  parts.push(
    `${formatCount(collections.length)} ${collections.length === 1 ? "collection" : "collections"}`,
  );
  if (damages.length > 0) {
    parts.push(damages.every(({ missing }) => missing) ? "not complete" : "damaged or cut off");
  } else if (unsure) parts.push("each file whole, no prelude.json");
  else if (collections.some(({ exact }) => exact)) parts.push("complete");
  return `${source}: ${parts.join(" · ")}`;
}

function cellsOf(collection: InspectedCollection): string[] {
  const { namespace, type, documents, bytes, longest, exact, cut, indexes } = collection;
  const average = documents && bytes !== undefined ? formatBytes(bytes / documents) : "";
  const about = exact || cut ? "" : "~", more = cut ? "+" : "";
  return [
    formatNamespace(namespace),
    type,
    documents === undefined ? "?" : about + formatCount(documents) + more,
    bytes === undefined ? "" : about + formatBytes(bytes) + more,
    average,
    longest === undefined || documents === 0 ? "" : formatBytes(longest),
    indexes === undefined ? "?" : String(indexes.length),
  ];
}

/** What does not fit into a row: indexes beside the one on `_id`, and options. */
function aboutOf({ namespace, indexes = [], options }: InspectedCollection): string[] {
  const lines = indexes.filter(({ name }) => name !== "_id_").map(({ name, key, options }) =>
    `  index ${JSON.stringify(name)} on ${key}${options === "{}" ? "" : ` ${options}`}`
  );
  if (options !== undefined) lines.push(`  options ${options}`);
  return lines.length === 0 ? [] : ["", `${formatNamespace(namespace)}`, ...lines];
}

/** Profiles for `--tree`, made in the same pass; of a collection with a damaged document there is none. */
async function treeProfiles(): Promise<{
  add(namespace: Namespace, buffer: Uint8Array, start: number): void;
  text(inspection: Inspection): Promise<string>;
  paths(inspection: Inspection): Promise<readonly object[]>;
}> {
  const { Profile } = await import("../../profile/mod.ts");
  const { documentLength } = await import("../../core/mod.ts");
  const profiles = new Map<string, Profile>();
  const broken = new Set<string>();
  const inferred = async ({ collections }: Inspection) => {
    const { inferSchemas } = await import("../../schema/infer/infer.ts");
    const { reportRows } = await import("./schema/_rows.ts");
    const filled = collections.flatMap(({ namespace }) => {
      const profile = profiles.get(formatNamespace(namespace));
      return profile === undefined ? [] : [{ namespace, profile }];
    });
    return inferSchemas(filled).map((model, i) => ({
      model,
      rows: reportRows(model, filled[i]!.profile.root),
    }));
  };
  // The table and the result have the same ones.
  let found: ReturnType<typeof inferred> | undefined;
  const rows = (inspection: Inspection) => found ??= inferred(inspection);
  return {
    add(namespace, buffer, start) {
      const name = formatNamespace(namespace);
      if (broken.has(name)) return;
      let profile = profiles.get(name);
      if (profile === undefined) profiles.set(name, profile = new Profile());
      try {
        profile.addDocument(buffer.subarray(start, start + documentLength(buffer, start)));
      } catch (error) {
        // With a part of a document in it a profile is of no use.
        profiles.delete(name);
        broken.add(name);
        throw error;
      }
    },
    async text(inspection) {
      const { reportTable } = await import("./schema/report.ts");
      return (await rows(inspection)).map(({ model, rows }) => `\n${reportTable(model, rows)}`)
        .join("");
    },
    async paths(inspection) {
      return (await rows(inspection)).flatMap(({ model, rows }) =>
        rows.map((row) => ({ collection: formatNamespace(model.namespace), ...row }))
      );
    },
  };
}
