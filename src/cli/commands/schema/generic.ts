import { UsageError } from "../../../core/mod.ts";
import { nearest } from "../../../connectors/_nearest.ts";
import type { CliIo } from "../../_io.ts";
import { commandAt } from "../../_tree.ts";
import { parseShowFlags, type RawFlags } from "../transfer/_flags.ts";
import { parseInferFlags, parseOutputFlags, parseSourceFlags } from "./_flags.ts";
import { makeSchema } from "./_make.ts";
import { resolveSource } from "./_source.ts";
import { chooseTargets, namedTargets } from "./_targets.ts";

/** A sub-command's name that was mistyped, or does not stand first, is no address. */
function refuseCommandName(text: string): void {
  if (!/^[a-z-]+$/i.test(text)) return;
  const names = (commandAt(["schema"]).commands ?? []).map(({ name }) => name);
  if (names.includes(text)) {
    throw new UsageError(`Cannot use "${text}" as an address: it is a command.`, {
      hint: `put it first: datahood schema ${text} …`,
    });
  }
  const near = nearest(text, names);
  if (near === undefined) return;
  throw new UsageError(`Cannot use "${text}" as an address: it is neither a file nor a command.`, {
    hint: `did you mean datahood schema ${near}? For a file of that name write ./${text}`,
  });
}

/** `datahood schema <source>`. */
export async function schemaCommand(
  raw: RawFlags,
  words: readonly string[],
  io: CliIo,
): Promise<number> {
  const [text = ""] = words;
  refuseCommandName(text);
  const show = parseShowFlags(raw);
  const flags = await parseSourceFlags(raw);
  const output = parseOutputFlags(raw);
  const kinds = namedTargets(raw);
  // Who saves a profile and names nothing else wants just that.
  const only = output.saveProfile !== undefined && output.output === undefined &&
    kinds.length === 0;
  const chosen = chooseTargets(kinds, output.output, raw);
  const infer = parseInferFlags(raw);
  const source = await resolveSource({ role: "source", text, format: flags.from }, flags, io);
  return await makeSchema(
    { source, flags, infer, output, targets: only ? [] : chosen, show },
    io,
  );
}
