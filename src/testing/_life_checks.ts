import { assert, assertEquals } from "@std/assert";
import type { CheckDefinition } from "./_bench.ts";

/** Checks of what every connector is, whichever end it can be. */
export const lifeChecks: readonly CheckDefinition[] = [
  {
    name: "abilities",
    title: "has the ends that it says, and says what it is",
    needs: [],
    async run({ place, suite }) {
      await using connector = place.connector();
      for (const role of ["source", "target"] as const) {
        assertEquals(
          connector[role] !== undefined,
          suite.roles.includes(role),
          `whether "${role}" is there`,
        );
      }
      assert(/^[a-z][a-z0-9-]*$/.test(connector.kind), `"${connector.kind}" is no kind`);
      assert(connector.display !== "", "display is empty");
      // An address with a login shows the name at most.
      assert(!/\/\/[^/@]*:(?!\*\*\*@)[^/@]+@/.test(connector.display), "display shows a secret");
    },
  },
  {
    name: "permissions",
    title: "states its permissions at once, the same each time, each role's a part of both",
    needs: [],
    async run({ place, suite }) {
      await using connector = place.connector();
      const both = connector.permissions();
      assertEquals(connector.permissions(), both);
      assertEquals(place.connector().permissions(), both);
      for (const role of suite.roles) {
        for (const { kind, target, reason } of connector.permissions(role)) {
          assert(
            both.some((need) => need.kind === kind && need.target === target),
            `${kind} "${target}" is needed as ${role} but not named for both`,
          );
          assert(reason.trim() !== "" && target !== "", `${kind} "${target}" says too little`);
        }
      }
    },
  },
  {
    name: "connect",
    title: "connects and lets go as often as asked, in any order",
    needs: [],
    async run({ place }) {
      const never = place.connector();
      await never.disconnect();
      await never.disconnect();
      const connector = place.connector();
      const before = connector.permissions();
      await Promise.all([connector.connect(), connector.connect()]);
      await connector.connect();
      assertEquals(connector.permissions(), before, "permissions changed by connecting");
      await connector.disconnect();
      await connector.disconnect();
      await connector.connect();
      await connector[Symbol.asyncDispose]();
      await connector[Symbol.asyncDispose]();
    },
  },
];
