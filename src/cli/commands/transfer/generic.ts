import { UsageError } from "../../../core/mod.ts";
import { nearest } from "../../../connectors/_nearest.ts";
import type { CliIo } from "../../_io.ts";
import { commandAt } from "../../_tree.ts";
import { resolveAddresses } from "./_addresses.ts";
import { parseShowFlags, parseTransferFlags, type RawFlags } from "./_flags.ts";
import { runTransfer } from "./run.ts";

/** A preset's name where an address is expected was mistyped, or does not stand first. */
function refusePresetName(text: string): void {
  const presets = (commandAt(["transfer"]).commands ?? []).map(({ name }) => name);
  if (presets.includes(text)) {
    throw new UsageError(`Cannot use "${text}" as an address: it is a command.`, {
      hint: `put it first: datahood transfer ${text} …`,
    });
  }
  if (!/^[a-z]+-to-[a-z]+$/i.test(text)) return;
  const near = nearest(text, presets);
  throw new UsageError(`Cannot use "${text}" as an address: it is neither a file nor a command.`, {
    hint: near === undefined
      ? `the commands are ${presets.join(", ")}`
      : `did you mean datahood transfer ${near}?`,
  });
}

/** `datahood transfer <source> <target>`. */
export async function transferCommand(
  raw: RawFlags,
  words: readonly string[],
  io: CliIo,
): Promise<number> {
  for (const word of words) refusePresetName(word);
  const [from = "", to = ""] = words;
  const show = parseShowFlags(raw);
  const flags = await parseTransferFlags(raw);
  const only = flags.dryRun || flags.plan ? "look" : undefined;
  const [source, target] = await resolveAddresses(
    [
      { role: "source", text: from, format: flags.from },
      { role: "target", text: to, format: flags.to, only },
    ],
    flags.system,
    io,
  );
  return await runTransfer({ source: source!, target: target!, flags, show, preset: false }, io);
}
