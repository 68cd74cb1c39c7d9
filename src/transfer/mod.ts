/**
 * The pipeline between a source and a target.
 *
 * | API | use |
 * |---|---|
 * | {@linkcode transfer} | move documents |
 * | {@linkcode countSource} | read them only, and count |
 * | {@linkcode planMapping} | what becomes of what |
 * | {@linkcode sameServer} | whether two connection strings mean one server |
 *
 * @module
 */
export type { CollectionSummary, LanePosition, TransferSummary } from "../core/mod.ts";
export * from "./lane_tracker.ts";
export { DEFAULT_IN_FLIGHT_BYTES, type TransferOptions } from "./options.ts";
export * from "./transfer.ts";
