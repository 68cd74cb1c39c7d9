import { assertThrows } from "@std/assert";
import { type Address, UsageError } from "../../../src/core/mod.ts";
import { refuseSameCollections } from "../../../src/cli/commands/transfer/_refuse.ts";

function server(uri: string): Address {
  return { kind: "mongodb", display: uri, uri };
}

function pair(from: string, to: string) {
  const of = (collection: string) => ({ db: "shop", collection });
  return { from: of(from), to: of(to) };
}

Deno.test("refuseSameCollections() refuses what would be written over before it is read", () => {
  const [source, target] = [server("mongodb://localhost"), server("mongodb://127.0.0.1:27017")];
  const refused = (pairs: ReturnType<typeof pair>[], text: string) =>
    assertThrows(() => refuseSameCollections(source, target, pairs), UsageError, text);
  refused([pair("a", "a")], "shop.a is the source itself");
  refused([pair("a", "b"), pair("b", "c")], "shop.a would go into shop.b, which is read as well");
  refused([pair("a", "b"), pair("b", "a")], "shop.a would go into shop.b");
  refuseSameCollections(source, target, [pair("a", "c"), pair("b", "d")]);
  refuseSameCollections(source, server("mongodb://other"), [pair("a", "b"), pair("b", "a")]);
});
