/**
 * Runs the tests, with one MongoDB server for all of them: `deno task test [path…]`.
 *
 * Without a server the integration tests are skipped and say so, unless `RUN_INTEGRATION=1`.
 *
 * @module
 */
import { NoServerError, startMongoServer } from "./mongodb_server.ts";
import { deno, IMPORT_MAP, say } from "./_run.ts";

const REQUIRED = Deno.env.get("RUN_INTEGRATION") === "1";

async function startShared(): Promise<{ uri: string; stop(): Promise<void> } | undefined> {
  try {
    const server = await startMongoServer();
    say(`integration tests run on ${server.how}`);
    return server;
  } catch (error) {
    if (!(error instanceof NoServerError) || REQUIRED) throw error;
    return undefined; // the tests say why they are skipped
  }
}

async function main(args: readonly string[]): Promise<number> {
  const paths = args.some((arg) => !arg.startsWith("-")) ? args : ["tests", ...args];
  const server = await startShared();
  try {
    const env = server === undefined ? {} : { DATAHOOD_TEST_MONGODB_URI: server.uri };
    return await deno(["test", "-A", "--frozen", ...IMPORT_MAP, ...paths], { env });
  } finally {
    await server?.stop();
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
