import { UsageError } from "../../../core/mod.ts";
import type { CliIo } from "../../_io.ts";
import { type EndText, resolveAddresses } from "./_addresses.ts";
import { parseShowFlags, parseTransferFlags, type RawFlags } from "./_flags.ts";
import { runTransfer } from "./run.ts";

/** The server at one end, from the three options that name it. */
export function server(raw: RawFlags, role: "source" | "target"): EndText {
  const prefix = role === "source" ? "source" : "dest";
  const names = ["Uri", "Database", "Collection"] as const;
  const missing = names.filter((name) => typeof raw[prefix + name] !== "string")
    .map((name) => `--${prefix}-${name.toLowerCase()}`);
  if (missing.length > 0) {
    throw new UsageError(
      `Missing required option${missing.length > 1 ? "s" : ""} ${missing.join(", ")}.`,
      {
        hint: `--${prefix}-uri mongodb://localhost:27017 ` +
          `--${prefix}-database shop --${prefix}-collection orders`,
      },
    );
  }
  const [text, database, collection] = names.map((name) => String(raw[prefix + name]));
  const bad = /[/\\. "$\0]/.exec(database!);
  if (bad) {
    throw new UsageError(
      `Cannot use --${prefix}-database "${database}": a database name cannot hold "${bad[0]}".`,
      bad[0] === "." ? { hint: `the collection goes into --${prefix}-collection` } : {},
    );
  }
  return { role, text: text!, namespace: { database: database!, collection: collection! } };
}

function file(words: readonly string[], role: "source" | "target"): EndText {
  return { role, text: words[0] ?? "", format: "bson" };
}

/** All presets are the generic command with its ends named by options. */
async function run(ends: readonly [EndText, EndText], raw: RawFlags, io: CliIo): Promise<number> {
  const show = parseShowFlags(raw);
  const flags = await parseTransferFlags(raw);
  const only = flags.dryRun ? "name" : flags.plan ? "look" : undefined;
  const [source, target] = await resolveAddresses([ends[0], { ...ends[1], only }], true, io);
  return await runTransfer({ source: source!, target: target!, flags, show, preset: true }, io);
}

/** `datahood transfer mongo-to-mongo`. */
export function mongoToMongo(raw: RawFlags, _words: readonly string[], io: CliIo): Promise<number> {
  return run([server(raw, "source"), server(raw, "target")], raw, io);
}

/** `datahood transfer mongo-to-bson OUT`. */
export function mongoToBson(raw: RawFlags, words: readonly string[], io: CliIo): Promise<number> {
  return run([server(raw, "source"), file(words, "target")], raw, io);
}

/** `datahood transfer bson-to-mongo IN`. */
export function bsonToMongo(raw: RawFlags, words: readonly string[], io: CliIo): Promise<number> {
  return run([file(words, "source"), server(raw, "target")], raw, io);
}
