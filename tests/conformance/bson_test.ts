import { BsonConnector } from "@datahood/cli";
import { testConnector } from "@datahood/cli/testing";
import { DENO_ARGS } from "./_deno_args.ts";

for (const extension of ["bson", "bson.gz", "bson.zst"]) {
  testConnector({
    name: extension,
    roles: ["source", "target"],
    place: async () => {
      const directory = await Deno.makeTempDir();
      const path = `${directory}/sample.${extension}`;
      return {
        connector: () => new BsonConnector({ path }),
        args: [path],
        [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
      };
    },
    permissions: { program: new URL("./_bson_program.ts", import.meta.url), denoArgs: DENO_ARGS },
  });
}
