import { MongoConnector } from "@datahood/cli";
import { testConnector } from "@datahood/cli/testing";
import { integration, type IntegrationContext, serverHas } from "../integration/_server.ts";
import { DENO_ARGS } from "./_deno_args.ts";

let context: IntegrationContext;
const collection = "sample";
const changed = "this server changes types that are out of use";

testConnector({
  name: "mongodb",
  roles: ["source", "target"],
  namespace: () => ({ db: context.database, collection }),
  place: () => {
    const { uri, database } = context;
    return {
      connector: () => new MongoConnector({ uri, database, collection }),
      args: [uri, database, collection],
      [Symbol.asyncDispose]: async () => void await context.db.collection(collection).drop(),
    };
  },
  permissions: { program: new URL("./_mongodb_program.ts", import.meta.url), denoArgs: DENO_ARGS },
  without: serverHas("deprecated BSON types")
    ? {}
    : { symbol: changed, undefined: changed, dbPointer: changed },
  skip: {
    abort: "a server keeps what it acknowledged",
    existing: "documents are added to a collection that exists",
  },
  test: (name, run) =>
    integration(name, (given) => {
      context = given;
      return run();
    }),
});
