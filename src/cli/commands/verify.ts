import {
  type Address,
  type ConnectorSettings,
  EXIT_CODES,
  formatNamespace,
  type Namespace,
  UsageError,
} from "../../core/mod.ts";
import { noCounts } from "../../core/_no_counts.ts";
import { spillNeeds } from "../../io/_spill_file.ts";
import type {
  DefinitionDifference,
  DifferentDocument,
  ShownValue,
  VerifyEvent,
  VerifyResult,
} from "../../verify/mod.ts";
import { selection } from "../_globs.ts";
import { type CliIo, outIfRead } from "../_io.ts";
import { parseCount, parseDuration, parseSize } from "../_values.ts";
import { rawJson } from "../render/_json.ts";
import type { Reporter } from "../render/reporter.ts";
import { verifyText } from "../render/verify.ts";
import {
  type ConnectorFlags,
  descriptorOf,
  discoverNeeds,
  hasDefinitions,
  settingsOf,
} from "./_run.ts";
import { runFramed } from "./schema/_frame.ts";
import { type EndText, resolveAddresses } from "./transfer/_addresses.ts";
import { list, parseShowFlags, type RawFlags, read, text } from "./transfer/_flags.ts";
import { completePassword } from "./transfer/_refuse.ts";

/** `datahood verify <a> <b>`: whether they hold the same. */
export async function verifyCommand(
  raw: RawFlags,
  words: readonly string[],
  io: CliIo,
): Promise<number> {
  const show = parseShowFlags(raw);
  const include = selection(
    list(raw, "include"),
    list(raw, "exclude"),
    raw.usersAndRoles === true,
  );
  const count = read(raw, "show", (flag, value) => parseCount(flag, value));
  const memoryBytes = read(raw, "memory", parseSize);
  const retries = read(raw, "retries", (flag, value) => parseCount(flag, value));
  const tempFolder = text(raw, "tempDir");
  const flags: ConnectorFlags = {
    connectTimeoutMs: read(raw, "connectTimeout", parseDuration),
    idleTimeoutMs: read(raw, "idleTimeout", parseDuration),
    tlsCaFile: text(raw, "tlsCaFile"),
    usersAndRoles: raw.usersAndRoles === true,
    // It is no part of any collection.
    ignoreOplog: true,
  };
  const ends: EndText[] = [
    { role: "source", text: words[0] ?? "", format: text(raw, "formatA") },
    { role: "source", text: words[1] ?? "", format: text(raw, "formatB") },
  ];
  const addresses = await addressesOf(ends, raw.system === true, io);
  refusePipes(addresses, io);
  return await runFramed(show, io, async (frame) => {
    const { reporter, signal } = frame;
    const [settingsA, settingsB] = [addresses[1], addresses[0]].map((other) =>
      settingsOf("source", { ...flags, metadata: hasDefinitions(other!) }, reporter)
    ) as [ConnectorSettings, ConnectorSettings];
    const sides = [
      { address: addresses[0], settings: settingsA },
      { address: addresses[1], settings: settingsB },
    ];
    const spill = tempFolder === undefined ? [] : spillNeeds(tempFolder);
    await frame.begin({
      needs: [
        ...sides.flatMap(({ address, settings }) =>
          descriptorOf(address.kind).permissions(address, settings)
        ),
        ...spill,
      ],
      reads: addresses.flatMap(({ path }, i) =>
        path === undefined ? [] : [{ name: i === 0 ? "the first side" : "the second side", path }]
      ),
      writes: [],
      discover: async () => [
        ...await discoverNeeds(sides),
        ...spill,
      ],
    });
    const { verify } = await import("../../verify/mod.ts");
    // One after the other: each may ask on the terminal.
    const a = await completePassword(addresses[0]!, "source", io);
    const b = await completePassword(addresses[1]!, "source", io);
    await using first = await descriptorOf(a.kind).create(a, settingsA);
    await using second = await descriptorOf(b.kind).create(b, settingsB);
    const result = await verify(first, second, {
      ...(include === undefined ? {} : { include }),
      ignoreIndexes: raw.ignoreIndexes === true,
      ignoreOptions: raw.ignoreOptions === true,
      ignoreIdPosition: raw.ignoreIdPosition === true,
      ...(count === undefined ? {} : { show: count }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(retries === undefined ? {} : { retries }),
      ...(tempFolder === undefined ? {} : { tempFolder }),
      signal,
      onEvent: progressTo(reporter),
    });
    for (const issue of [...result.issues, ...include?.unmatched() ?? []]) reporter.issue(issue);
    reporter.finish();
    if (!show.json && !show.quiet) outIfRead(io, verifyText(result));
    return {
      result: resultJson(result),
      code: result.same ? EXIT_CODES.done : EXIT_CODES.different,
    };
  });
}

/** The result for programs: what is Extended JSON is a value, and what was cut a string. */
function resultJson({ collections, ...rest }: VerifyResult) {
  return {
    ...rest,
    collections: collections.map(({ documents, differences, ...collection }) => ({
      ...collection,
      ...(documents === undefined
        ? {}
        : { documents: { ...documents, shown: documents.shown.map(documentJson) } }),
      differences: differences.map(definitionJson),
    })),
  };
}

function documentJson({ id, first, ...rest }: DifferentDocument) {
  return {
    ...rest,
    ...(id === undefined ? {} : { id: rawJson(id) }),
    ...(first === undefined ? {} : {
      first: {
        ...first,
        ...(first.a === undefined ? {} : { a: valueJson(first.a) }),
        ...(first.b === undefined ? {} : { b: valueJson(first.b) }),
      },
    }),
  };
}

function valueJson({ type, value }: ShownValue) {
  return { type, ...(value === undefined ? {} : { value: rawJson(value) }) };
}

function definitionJson({ of, name, a, b }: DefinitionDifference) {
  return {
    of,
    name,
    ...(a === undefined ? {} : { a: rawJson(a) }),
    ...(b === undefined ? {} : { b: rawJson(b) }),
  };
}

/** The addresses; where a format has to be named, by the option that names it here. */
async function addressesOf(
  ends: readonly EndText[],
  system: boolean,
  io: CliIo,
): Promise<readonly [Address, Address]> {
  try {
    return await resolveAddresses(ends, system, io) as [Address, Address];
  } catch (error) {
    if (!(error instanceof UsageError) || error.hint === undefined) throw error;
    const flag = error.message.includes(`"${ends[0]!.text}"`) ? "--format-a" : "--format-b";
    const hint = error.hint.replaceAll("--from ", `${flag} `);
    throw new UsageError(error.message, { hint, cause: error });
  }
}

function refusePipes([a, b]: readonly [Address, Address], io: CliIo): void {
  if (a.path === "-" && b.path === "-") {
    throw new UsageError('Cannot compare "-" with "-": there is one standard input.', {
      hint: "datahood verify orders.bson - < other.bson",
    });
  }
  if ((a.path === "-" || b.path === "-") && io.inputIsTerminal) {
    throw new UsageError('Cannot read "-": standard input is a terminal.', {
      hint: "datahood verify orders.bson - < other.bson",
    });
  }
}

/** Shows each side's collection in flight. */
function progressTo(reporter: Reporter): (event: VerifyEvent) => void {
  const shown = { a: "", b: "" };
  return (event) => {
    if (event.type === "retry") {
      const { attempt, delayMs, reason } = event;
      return reporter.event({ type: "retry", attempt, delayMs, reason });
    }
    const { side, pass, namespace, documents, bytes, expectedBytes } = event;
    const from: Namespace = { db: "", collection: side };
    const again = pass === 1 ? "" : ` (pass ${pass})`;
    const name = `${side}: ${formatNamespace(namespace)}${again}`;
    if (shown[side] !== name) {
      shown[side] = name;
      reporter.event({
        type: "begin",
        from,
        to: { db: "", collection: name },
        ...(expectedBytes === undefined ? {} : { bytes: expectedBytes }),
      });
    }
    const counts = { ...noCounts(), read: documents, bytesRead: bytes };
    reporter.event({ type: "progress", from, counts });
  };
}
