import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  ConnectError,
  DataError,
  DatahoodError,
  InterruptedError,
  NotFoundError,
  PermissionError,
  UnsupportedError,
  UsageError,
} from "@datahood/cli";
import { MongoNetworkError, MongoNetworkTimeoutError, MongoServerError } from "mongodb";
import {
  type ErrorContext,
  isRetryable,
  translateError,
} from "../../../../src/connectors/mongodb/translate_error.ts";

const CONTEXT: ErrorContext = {
  action: "read",
  display: "mongodb://ada:***@db:27017/shop.orders",
  stage: "source",
  command: "find",
  namespace: { db: "shop", collection: "orders" },
  loggedIn: true,
};

function serverError(code: number, more: Record<string, unknown> = {}): MongoServerError {
  return new MongoServerError({ ok: 0, code, codeName: "Name", errmsg: "server's words", ...more });
}

function translated(error: unknown, more: Partial<ErrorContext> = {}): DatahoodError {
  const found = translateError(error, { ...CONTEXT, ...more });
  assertInstanceOf(found, DatahoodError);
  return found;
}

/** What the driver throws when it finds no server. */
function selectionError(servers: Record<string, Error | undefined>): Error {
  const error = new Error("Server selection timed out");
  error.name = "MongoServerSelectionError";
  const entries = Object.entries(servers).map(([host, error]) => [host, { error }] as const);
  return Object.assign(error, { reason: { servers: new Map(entries) } });
}

function systemError(code: string): Error {
  const cause = Object.assign(new Error("connect failed"), { code });
  return new MongoNetworkError("connect failed", { cause });
}

Deno.test("translateError() maps server codes to classes", async (t) => {
  const cases = [
    [13, ConnectError, /the user is not allowed to run find on "shop\.orders"$/],
    [18, ConnectError, /does not accept this user and password$/],
    [26, NotFoundError, /there is no such collection$/],
    [43, ConnectError, /closed the cursor$/],
    [50, ConnectError, /time limit$/],
    [59, UnsupportedError, /cannot do this \(Name 59\)$/],
    [175, NotFoundError, /dropped or renamed meanwhile$/],
    [8000, ConnectError, /Atlas refused it$/],
    [123456, ConnectError, /the server failed \(Name 123456\)$/],
  ] as const;
  for (const [code, type, message] of cases) {
    await t.step(String(code), () => {
      const error = translated(serverError(code));
      assertInstanceOf(error, type);
      assertMatch(error.message, message);
      assertMatch(error.message, /^Cannot read "mongodb:\/\/ada:\*\*\*@db:27017\/shop\.orders": /);
      assertEquals(error.stage, "source");
    });
  }
});

Deno.test("translateError() tells by label and code what may be retried", () => {
  for (const code of [6, 7, 43, 89, 91, 189, 10107, 11600, 11602, 13435, 13436]) {
    assert(translated(serverError(code)).retryable, String(code));
  }
  for (const code of [13, 18, 26, 50, 59, 121, 11000]) {
    assert(!translated(serverError(code)).retryable, String(code));
  }
  const labelled = serverError(999, { errorLabels: ["RetryableWriteError"] });
  assert(translated(labelled).retryable);
  assert(isRetryable(new MongoNetworkError("lost")));
  assert(!isRetryable(new TypeError("network connection lost, retryable")));
});

Deno.test("translateError() does not look at the text", () => {
  const error = translated(serverError(999, { errmsg: "not authorized; RetryableWriteError" }));
  assertEquals(error.retryable, false);
  assertInstanceOf(error, ConnectError);
});

Deno.test("translateError() blames the query only where the user gave one", () => {
  const refused = serverError(2, { errmsg: "unknown operator: $x" });
  const error = translated(refused, { query: true });
  assertInstanceOf(error, UsageError);
  assertStringIncludes(error.message, "unknown operator: $x");
  assertInstanceOf(translated(refused), ConnectError);
});

Deno.test("translateError() says which role would help", () => {
  assertStringIncludes(translated(serverError(13)).hint!, '{ role: "read", db: "shop" }');
  const target = translated(serverError(13), { stage: "target", command: "insert" });
  assertStringIncludes(target.hint!, '{ role: "readWrite", db: "shop" }');
  assertStringIncludes(
    translated(serverError(13), { command: "listDatabases" }).hint!,
    "readAnyDatabase",
  );
  assertStringIncludes(
    translated(serverError(13), { loggedIn: false }).message,
    "asks for a login",
  );
});

Deno.test("translateError() says why no server was found", async (t) => {
  const cases = [
    ["ECONNREFUSED", /no server answers at db:1$/],
    ["ENOTFOUND", /no host of this name at db:1$/],
    ["ETIMEDOUT", /no answer at db:1$/],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", /TLS with db:1 fails \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/],
    ["CERT_HAS_EXPIRED", /TLS with db:1 fails/],
  ] as const;
  for (const [code, message] of cases) {
    await t.step(code, () => {
      const error = translated(selectionError({ "db:1": systemError(code) }), {
        action: "connect to",
      });
      assertInstanceOf(error, ConnectError);
      assertMatch(error.message, message);
      assert(error.hint !== undefined && !error.retryable);
    });
  }
  await t.step("several addresses of one name", () => {
    const causes = new AggregateError([Object.assign(new Error(), { code: "ECONNREFUSED" })]);
    const error = translated(
      selectionError({ "db:1": new MongoNetworkError("x", { cause: causes }) }),
    );
    assertMatch(error.message, /no server answers at db:1$/);
  });
  await t.step("silence", () => {
    const error = translated(selectionError({ "db:1": new MongoNetworkTimeoutError("x") }));
    assertMatch(error.message, /no answer from db:1$/);
  });
  await t.step("no primary", () => {
    const error = translated(selectionError({ "a:1": undefined, "b:2": undefined }));
    assertMatch(error.message, /no server of a:1, b:2 can be used/);
  });
  await t.step("a permission", () => {
    const denied = new Error("denied");
    denied.name = "NotCapable";
    const error = translated(
      selectionError({ "db:1": new MongoNetworkError("x", { cause: denied }) }),
    );
    assertInstanceOf(error, PermissionError);
    assertEquals(error.needs.map(({ kind, target }) => [kind, target]), [["net", "db:1"]]);
    for (
      const way of [
        "as the servers call themselves",
        "?directConnection=true",
        "permissions --discover",
        "--allow-net=db:1",
      ]
    ) assertStringIncludes(error.hint!, way);
  });
});

Deno.test("translateError() leaves what is not the driver's", () => {
  const bug = new TypeError("undefined is not a function");
  assertEquals(translateError(bug, CONTEXT), bug);
  const own = new DataError("Cannot read document 3");
  assertEquals(translateError(own, CONTEXT), own);
  assertEquals(own.stage, "source");
});

Deno.test("translateError() tells an abort from a failure", () => {
  const signal = AbortSignal.abort();
  assertInstanceOf(translated(new MongoNetworkError("gone"), { signal }), InterruptedError);
});
