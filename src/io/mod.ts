/**
 * Files, standard streams and compression: where bytes come from and go to, whatever they mean.
 *
 * @module
 */
export * from "./byte_sink.ts";
export * from "./byte_source.ts";
export * from "./closed_pipe.ts";
export * from "./compression.ts";
export * from "./describe_content.ts";
export * from "./folder.ts";
export { fileReadNeeds, fileWriteNeeds } from "./needs.ts";
export * from "./output_folder.ts";
export * from "./same_file.ts";
