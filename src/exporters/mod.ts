/**
 * Named presets over connectors and {@linkcode transfer}: export to BSON or to MongoDB, and pipelines
 * of several steps.
 *
 * | API | use |
 * |---|---|
 * | {@linkcode BSONExporter} | documents into a BSON file |
 * | {@linkcode MongoDBExporter} | documents into MongoDB |
 * | {@linkcode TransferStep} | one transfer, with a name |
 * | {@linkcode Pipeline}, {@linkcode runPipelines} | several steps, one after another |
 *
 * @module
 */
export * from "./bson_exporter.ts";
export type { ConnectorOrOptions } from "./_end.ts";
export * from "./mongodb_exporter.ts";
export * from "./pipeline.ts";
export * from "./step.ts";
