/**
 * Types from real data: a profile becomes a model, and a model the text of a language.
 *
 * @module
 */
export * from "./drift/mod.ts";
export { fileEnding } from "./file_ending.ts";
export { GENERATORS } from "./gen/all.ts";
export type { GenerateContext, Generator } from "./gen/generator.ts";
export { inferSchemas } from "./infer/infer.ts";
export type { EnumMode, InferOptions, Override, Overrides } from "./infer/options.ts";
export { parseOverrides } from "./infer/overrides.ts";
export * from "./model.ts";
export { profileSource, type ProfileSourceOptions } from "./profile_source.ts";
export {
  type SchemaFile,
  schemaFiles,
  type SchemaPlace,
  type SchemaTarget,
} from "./schema_files.ts";
export {
  type SchemaGenRunOptions,
  SchemaGenStep,
  type SchemaGenStepOptions,
  type SchemaGenSummary,
} from "./schema_gen_step.ts";
export { type Mismatch, validateDocument, type ValidateOptions } from "./validate.ts";
