import { NullConnector } from "@datahood/cli";
import { testConnector } from "@datahood/cli/testing";
import { DENO_ARGS } from "./_deno_args.ts";

testConnector({
  name: "null",
  roles: ["target"],
  place: () => ({
    connector: () => new NullConnector(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
  permissions: { program: new URL("./_null_program.ts", import.meta.url), denoArgs: DENO_ARGS },
});
