import { DumpConnector } from "@datahood/cli";
import { testConnector } from "@datahood/cli/testing";
import { DENO_ARGS } from "./_deno_args.ts";

for (const compress of ["none", "gzip"]) {
  testConnector({
    name: `dump, ${compress}`,
    roles: ["source", "target"],
    place: async () => {
      const directory = await Deno.makeTempDir();
      const path = `${directory}/dump`;
      return {
        connector: () => new DumpConnector({ path, compress }),
        args: [path],
        [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
      };
    },
    namespace: { db: "shop", collection: "sample" },
    permissions: { program: new URL("./_dump_program.ts", import.meta.url), denoArgs: DENO_ARGS },
  });
}
