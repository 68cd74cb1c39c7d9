import { fromFileUrl } from "@std/path";

/**
 * Arguments under which a child process resolves the same names as this one: with the map where
 * this process runs with it, without it where the names come from their registry.
 */
export const DENO_ARGS: readonly string[] = [
  "--no-lock",
  "--config",
  fromFileUrl(new URL("../../deno.json", import.meta.url)),
  ...(import.meta.resolve("@std/assert").startsWith("file:")
    ? ["--import-map", fromFileUrl(new URL("../../npm/import_map.json", import.meta.url))]
    : []),
];
