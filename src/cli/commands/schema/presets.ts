import { UsageError } from "../../../core/mod.ts";
import type { CliIo } from "../../_io.ts";
import { parseShowFlags, type RawFlags } from "../transfer/_flags.ts";
import { server } from "../transfer/presets.ts";
import type { EndText } from "../transfer/_addresses.ts";
import { parseInferFlags, parseOutputFlags, parseSourceFlags } from "./_flags.ts";
import { makeSchema } from "./_make.ts";
import { resolveSource } from "./_source.ts";
import { chooseTargets } from "./_targets.ts";

/** The name of the root that the original gives. */
const ROOT_NAME = "RootDict";
/** The options that say the language, and what the generic command calls it. */
const LANGUAGES = [
  ["toTypescript", "typescript"],
  ["toTypeddict", "typeddict"],
  ["toPydantic", "pydantic"],
] as const;

/** All presets are the generic command with its source and targets named by options. */
async function run(end: EndText, raw: RawFlags, io: CliIo): Promise<number> {
  const show = parseShowFlags(raw);
  const flags = await parseSourceFlags(raw);
  const output = parseOutputFlags(raw);
  const infer = parseInferFlags(raw);
  const kinds = LANGUAGES.filter(([flag]) => raw[flag] === true).map(([, kind]) => kind);
  const targets = chooseTargets(kinds, output.output, raw);
  const source = await resolveSource(end, flags, io);
  return await makeSchema({
    source,
    flags,
    infer: { ...infer, rootName: infer.rootName ?? ROOT_NAME },
    output,
    targets,
    show,
  }, io);
}

/** `datahood schema from-bson FILE`. */
export function fromBson(raw: RawFlags, words: readonly string[], io: CliIo): Promise<number> {
  return run({ role: "source", text: words[0] ?? "", format: "bson" }, raw, io);
}

/** `datahood schema from-mongo`. */
export function fromMongo(raw: RawFlags, words: readonly string[], io: CliIo): Promise<number> {
  if (words.length > 0) {
    throw new UsageError(`Cannot use "${words[0]}": the source is said by options.`);
  }
  return run(server(raw, "source"), raw, io);
}
