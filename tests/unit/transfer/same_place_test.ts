import { assertEquals } from "@std/assert";
import { sameCollection, sameServer } from "../../../src/transfer/mod.ts";

Deno.test("sameServer() knows a server by any of its spellings", async (t) => {
  const same = [
    ["mongodb://localhost", "mongodb://127.0.0.1:27017/"],
    ["mongodb://localhost:27017", "mongodb://[::1]:27017"],
    ["mongodb://[0:0:0:0:0:0:0:1]", "mongodb://127.0.1.1"],
    ["mongodb://LocalHost", "mongodb://localhost./?tls=true"],
    ["mongodb://DB.Example.com", "mongodb://ada:p%40ss@db.example.com:27017/admin?w=1"],
    ["mongodb://a:1,b:2,c:3", "mongodb://c:3,a:1"],
    ["mongodb://a:1,b:2", "mongodb://b:2/?directConnection=true"],
    ["mongodb://%2Ftmp%2Fmongodb-27017.sock", "mongodb://%2ftmp%2fmongodb-27017.sock/"],
    ["mongodb+srv://cluster.example.net/", "mongodb+srv://u:p@CLUSTER.example.net/db"],
  ] as const;
  const other = [
    ["mongodb://localhost:27017", "mongodb://localhost:27018"],
    ["mongodb://a", "mongodb://b"],
    ["mongodb://localhost", "mongodb://localhost.example.com"],
    ["mongodb+srv://a.example.net", "mongodb://a.example.net"],
    ["mongodb://[::2]", "mongodb://[::1]"],
    ["orders.bson", "orders.bson"],
    ["mongodb://", "mongodb://"],
  ] as const;
  for (const [pairs, expected] of [[same, true], [other, false]] as const) {
    for (const [a, b] of pairs) {
      await t.step(`${a} ${expected ? "is" : "is not"} ${b}`, () => {
        assertEquals([sameServer(a, b), sameServer(b, a)], [expected, expected]);
      });
    }
  }
});

Deno.test("sameCollection() compares namespaces as MongoDB does, by case", () => {
  const at = (uri: string, collection: string) => ({ uri, namespace: { db: "shop", collection } });
  const orders = at("mongodb://localhost", "orders");
  assertEquals(sameCollection(orders, at("mongodb://127.0.0.1", "orders")), true);
  assertEquals(sameCollection(orders, at("mongodb://127.0.0.1", "Orders")), false);
  assertEquals(sameCollection(orders, at("mongodb://other", "orders")), false);
});
