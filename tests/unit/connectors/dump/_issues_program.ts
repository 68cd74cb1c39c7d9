// Prints what is noticed about the dump that its argument names.
import { DumpConnector } from "../../../../src/connectors/dump/mod.ts";

for await (const item of new DumpConnector({ path: Deno.args[0]! }).source.read()) {
  if (item.type === "end") {
    Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(item.issues ?? [])));
  }
}
