import { CONNECTORS } from "../../connectors/all.ts";
import type { ConnectorDescriptor } from "../../core/mod.ts";
import { EXIT_CODES } from "../../core/mod.ts";
import type { CliIo } from "../_io.ts";

/** What stands for an address of any connector. */
const STAND_INS = [
  { example: "env:NAME", meaning: "the address is in the variable NAME" },
  { example: "@file", meaning: "the address is the first line of that file" },
] as const;

/** `datahood connectors`: what can be read and written. */
export function connectorsCommand(flags: Readonly<Record<string, unknown>>, io: CliIo): number {
  const descriptors: readonly ConnectorDescriptor[] = CONNECTORS;
  if (flags.json === true) {
    const connectors = descriptors.map(
      ({ kind, summary, roles, addresses, schemes, extensions, options }) => ({
        kind,
        summary,
        roles,
        addresses,
        schemes,
        extensions,
        options,
      }),
    );
    io.out(JSON.stringify({ schemaVersion: 1, connectors, standIns: STAND_INS }, null, 2) + "\n");
    return EXIT_CODES.done;
  }
  const rows = descriptors.flatMap(({ kind, summary, roles, addresses }) => [
    [kind, roles.map((role) => role === "source" ? "read" : "write").join(", "), summary],
    ...addresses.map(({ example, meaning }) => ["", "", `${example}  (${meaning})`]),
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  io.out(
    rows.map(([kind = "", roles = "", text = ""]) =>
      `${kind.padEnd(widths[0]!)}  ${roles.padEnd(widths[1]!)}  ${text}\n`
    ).join("") + "\nIn place of an address:\n" +
      STAND_INS.map(({ example, meaning }) => `  ${example}  (${meaning})\n`).join(""),
  );
  return EXIT_CODES.done;
}
