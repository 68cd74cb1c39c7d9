import { assertEquals } from "@std/assert";
import { ShownDocuments } from "../../../src/cli/commands/_shown.ts";

const ORDERS = { db: "shop", collection: "orders" };
const PEOPLE = { db: "shop", collection: "people" };

Deno.test("ShownDocuments prints documents as they pass, by collection, and keeps none", () => {
  const out: string[] = [];
  const shown = new ShownDocuments({ print: (text) => out.push(text), keep: false });
  shown.add(ORDERS, '{"_id":1}');
  shown.add(ORDERS, '{"_id":"\u001b"}');
  shown.add(PEOPLE, '{"_id":2}');
  shown.add(ORDERS, '{"_id":3}');
  shown.end();
  assertEquals(
    out.join(""),
    'shop.orders:\n{"_id":1}\n{"_id":"\\u001b"}\n\nshop.people:\n{"_id":2}\n\n' +
      'shop.orders:\n{"_id":3}\n\n',
  );
  assertEquals([shown.of(ORDERS), shown.issue()], [[], undefined]);
  // They do not wait for the end.
  out.length = 0;
  const long = JSON.stringify("x".repeat(1000));
  for (let i = 0; i < 1000; i++) shown.add(ORDERS, long);
  assertEquals(out.length > 10, true);
});

Deno.test("ShownDocuments.end() prints nothing where nothing was shown", () => {
  const shown = new ShownDocuments({
    print: () => {
      throw new Error("printed");
    },
    keep: true,
  });
  shown.end();
  assertEquals(shown.of(ORDERS), []);
});

Deno.test("ShownDocuments keeps the first ones up to a size, and says where it stopped", () => {
  const json = '{"_id":1234567}';
  const shown = new ShownDocuments({ keep: true, keptCharacters: 4 * json.length });
  for (let i = 0; i < 3; i++) shown.add(ORDERS, json);
  shown.add(PEOPLE, json);
  assertEquals([shown.of(ORDERS).length, shown.of(PEOPLE).length], [3, 1]);
  assertEquals(shown.issue(), undefined);
  shown.add(PEOPLE, json);
  // Shorter, but none of the first ones any more.
  shown.add(PEOPLE, "{}");
  shown.add(ORDERS, "{}");
  assertEquals([shown.of(ORDERS).length, shown.of(PEOPLE).length], [3, 1]);
  assertEquals(shown.issue(), {
    code: "shown-cut",
    level: "warning",
    namespace: PEOPLE,
    message: "The result holds the first 1 document of shop.people, and none of what would be " +
      "shown after them: with them it would be longer than 60 B; without --json all are printed",
  });
});
