/**
 * What a connector, and a generator of types, is held to, as tests that anybody can run on theirs.
 *
 * | API | use |
 * |---|---|
 * | {@linkcode testConnector} | registers the tests for a connector |
 * | {@linkcode connectorChecks} | the same as a list, to run elsewhere |
 * | {@linkcode probePermissions} | the program that is run with exactly the stated permissions |
 * | {@linkcode sampleDocuments} | a document of every BSON type, as bytes |
 * | {@linkcode testGenerator} | registers the tests for a generator of types |
 * | {@linkcode generatorSamples} | documents with all that a generator has to get right |
 * | {@linkcode mutants} | documents that are wrong in one place, which types have to refuse |
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
 * @example A generator's test file
 * ```ts ignore
 * import { testGenerator } from "@datahood/cli/testing";
 * import { myGenerator } from "./my_generator.ts";
 * import { compileAll, refusedBy } from "./my_tools.ts";
 *
 * testGenerator({
 *   generator: myGenerator,
 *   judge: () => ({
 *     kind: myGenerator.kind,
 *     compile: (texts) => compileAll(texts),
 *     accept: (text, model, documents) => refusedBy(text, model.root.name, documents),
 *   }),
 *   values: { shape: ["bson", "json"] },
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
