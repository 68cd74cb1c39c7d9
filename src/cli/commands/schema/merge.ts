import { formatNamespace, type Namespace, parseNamespace, UsageError } from "../../../core/mod.ts";
import { fileWriteNeeds } from "../../../io/mod.ts";
import type { ProfiledCollection } from "../../../profile/mod.ts";
import type { CliIo } from "../../_io.ts";
import { formatDocuments } from "../../render/_units.ts";
import { parseShowFlags, type RawFlags, text } from "../transfer/_flags.ts";
import { parseSourceFlags, refuseProfileName } from "./_flags.ts";
import { runFramed } from "./_frame.ts";
import { resultOf } from "./_make.ts";
import { profilesOf, resolveSource, type SchemaSource, sourceNeeds } from "./_source.ts";

/** `datahood schema merge <profiles…> -o c.profile.json`. */
export async function mergeCommand(
  raw: RawFlags,
  words: readonly string[],
  io: CliIo,
): Promise<number> {
  const show = parseShowFlags(raw);
  const flags = await parseSourceFlags(raw);
  const output = text(raw, "output") ?? "-";
  const as = text(raw, "as");
  if (output !== "-") refuseProfileName("-o", output);
  else if (show.json) {
    throw new UsageError("Cannot use --json: standard output has the profile.", {
      hint: "-o FILE.profile.json writes it into a file",
    });
  }
  if (words.length < 2) {
    throw new UsageError("Cannot merge one profile: there is nothing to merge it with.", {
      hint: "datahood schema merge a.profile.json b.profile.json -o c.profile.json",
    });
  }
  const sources: SchemaSource[] = [];
  for (const word of words) {
    if (!word.endsWith(".profile.json")) {
      throw new UsageError(`Cannot merge "${word}": it is no profile.`, {
        hint: `make one first: datahood schema ${word} --save-profile FILE.profile.json`,
      });
    }
    sources.push(await resolveSource({ role: "source", text: word }, flags, io));
  }
  return await runFramed(show, io, async (frame) => {
    const { reporter, signal } = frame;
    await frame.begin({
      needs: [
        ...sources.flatMap((source) => sourceNeeds(source, flags, reporter)),
        ...fileWriteNeeds(output),
      ],
      // A profile may be merged into itself: it is read whole before it is replaced.
      reads: [],
      writes: [{ name: "-o", path: output }],
    });
    const { OutputFiles } = await import("../../../schema/output_files.ts");
    await using outputs = await OutputFiles.open({
      overwrite: raw.overwrite === true,
      signal,
      paths: output === "-" ? [] : [output],
    });
    const all: ProfiledCollection[] = [];
    for (const source of sources) all.push(...await profilesOf(source, flags, frame));
    for (const issue of flags.include?.unmatched() ?? []) frame.reporter.issue(issue);
    const named = as === undefined
      ? all
      : all.map((one) => ({ ...one, namespace: asNamespace(as) }));
    const { mergeProfiles } = await import("../../../profile/merge_profiles.ts");
    const merged = mergeProfiles(named);
    for (const { namespace, profile } of merged) {
      const { documents } = profile;
      const name = formatNamespace(namespace);
      reporter.line("info", `${name}: ${formatDocuments(documents)}`, {
        namespace: name,
        documents,
      });
    }
    const { saveProfiles } = await import("../../../profile/saved.ts");
    const file = { path: output, text: saveProfiles(merged), target: "profile" };
    await outputs.write([file]);
    if (output !== "-") reporter.line("info", `Wrote ${output}`, { file: output });
    const display = words.join(", ");
    return { result: resultOf({ from: "profile", path: "", display }, merged, [file]) };
  });
}

/** `shop.orders`, or `orders` alone. */
function asNamespace(name: string): Namespace {
  return name.includes(".") ? parseNamespace(name) : { db: "", collection: name };
}
