/**
 * What a connector is held to, as tests that anybody can run on theirs.
 *
 * | API | use |
 * |---|---|
 * | {@linkcode testConnector} | registers the tests for a connector |
 * | {@linkcode connectorChecks} | the same as a list, to run elsewhere |
 * | {@linkcode probePermissions} | the program that is run with exactly the stated permissions |
 * | {@linkcode sampleDocuments} | a document of every BSON type, as bytes |
 *
 * @example A connector's test file
 * ```ts ignore
 * import { BsonConnector } from "@datahood/cli";
 * import { testConnector } from "@datahood/cli/testing";
 *
 * testConnector({
 *   name: "bson",
 *   roles: ["source", "target"],
 *   place: async () => {
 *     const directory = await Deno.makeTempDir();
 *     const path = `${directory}/sample.bson`;
 *     return {
 *       connector: () => new BsonConnector({ path }),
 *       args: [path],
 *       [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
 *     };
 *   },
 *   permissions: { program: new URL("./_bson_program.ts", import.meta.url) },
 * });
 * ```
 *
 * @module
 */
export * from "./connector_checks.ts";
export * from "./generator_mutants.ts";
export * from "./generator_samples.ts";
export * from "./generator_suite.ts";
export * from "./generators.ts";
export * from "./permission_probe.ts";
export * from "./sample_documents.ts";
export * from "./suite.ts";
export * from "./test_connector.ts";
export * from "./test_generator.ts";
