import { UsageError } from "../../../core/mod.ts";
import type { CliIo } from "../../_io.ts";
import { type RawFlags, text } from "../transfer/_flags.ts";
import { compare } from "./_compare.ts";

/** `datahood schema check <source> --against x.profile.json`. */
export function checkCommand(
  raw: RawFlags,
  words: readonly string[],
  io: CliIo,
): Promise<number> {
  const [source = "", second] = words;
  const against = text(raw, "against");
  if (against !== undefined && second !== undefined) {
    throw new UsageError(`Cannot check against "${against}" and "${second}": it is one profile.`);
  }
  const before = against ?? second;
  if (before === undefined) {
    throw new UsageError(`Cannot check "${source}": nothing says against what.`, {
      hint: `datahood schema check ${/[\s?&;]/.test(source) ? `"${source}"` : source} ` +
        "--against FILE.profile.json",
    });
  }
  return compare({ before, after: source, check: true }, raw, io);
}

/** `datahood schema diff <a> <b>`. */
export function diffCommand(
  raw: RawFlags,
  words: readonly string[],
  io: CliIo,
): Promise<number> {
  const [before = "", after = ""] = words;
  return compare({ before, after, check: false }, raw, io);
}
