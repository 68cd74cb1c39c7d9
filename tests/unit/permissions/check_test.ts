import { assertEquals, assertRejects } from "@std/assert";
import { PermissionError, type PermissionNeed } from "../../../src/core/mod.ts";
import { ensurePermissions, missingPermissions } from "../../../src/permissions/mod.ts";

const READ: PermissionNeed = { kind: "read", target: "a.bson", reason: "read the source" };
const NET: PermissionNeed = { kind: "net", target: "h.example:27017", reason: "reach the target" };
const WILD: PermissionNeed = { kind: "net", target: "*.example.net:27017", reason: "reach it" };
const SOCKET: PermissionNeed = { kind: "net", target: "unix:/tmp/a.sock", reason: "reach it" };

Deno.test({
  name: "missingPermissions() gives each that is missing once",
  permissions: { read: ["a.bson"] },
  fn: async () => {
    assertEquals(await missingPermissions([READ, NET, NET, WILD, SOCKET]), [NET, WILD, SOCKET]);
  },
});

Deno.test({
  name: "missingPermissions() takes a whole kind for all of it",
  permissions: { net: true },
  fn: async () => assertEquals(await missingPermissions([NET, WILD, SOCKET, READ]), [READ]),
});

Deno.test({
  name: "ensurePermissions() names all that is missing, with the flags",
  permissions: "none",
  fn: async () => {
    const error = await assertRejects(() => ensurePermissions([READ, NET]), PermissionError);
    assertEquals(
      error.message,
      'Cannot start: not allowed to read "a.bson" and reach "h.example:27017".',
    );
    assertEquals(error.hint, "add --allow-read=a.bson --allow-net=h.example:27017");
    assertEquals(error.needs, [READ, NET]);
    await ensurePermissions([]);
  },
});
