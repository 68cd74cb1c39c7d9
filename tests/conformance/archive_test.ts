import { ArchiveConnector } from "@datahood/cli";
import { testConnector } from "@datahood/cli/testing";
import { DENO_ARGS } from "./_deno_args.ts";

for (const extension of ["archive", "archive.gz", "archive.zst"]) {
  testConnector({
    name: extension,
    roles: ["source", "target"],
    place: async () => {
      const directory = await Deno.makeTempDir();
      const path = `${directory}/sample.${extension}`;
      return {
        connector: () => new ArchiveConnector({ path }),
        args: [path],
        [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
      };
    },
    namespace: { db: "shop", collection: "sample" },
    permissions: {
      program: new URL("./_archive_program.ts", import.meta.url),
      denoArgs: DENO_ARGS,
    },
  });
}
