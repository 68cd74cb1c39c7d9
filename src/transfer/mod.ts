/**
 * The pipeline between a source and a target.
 *
 * | API | use |
 * |---|---|
 * | {@linkcode transfer} | move documents |
 * | {@linkcode countSource} | read them only, and count |
 * | {@linkcode planMapping}, {@linkcode mapAll} | what becomes of what |
 * | {@linkcode sameServer}, {@linkcode sameCollection} | whether two addresses mean one place |
 * | {@linkcode LaneTracker} | how far a run was acknowledged without a hole |
 *
 * @module
 */
export type { CollectionSummary, LanePosition, TransferSummary } from "../core/mod.ts";
export * from "./count_source.ts";
export * from "./lane_tracker.ts";
export * from "./mapping.ts";
export { DEFAULT_IN_FLIGHT_BYTES, type TransferOptions } from "./options.ts";
export { refuseIncomplete, type Wanted } from "./_refuse_incomplete.ts";
export * from "./same_place.ts";
export * from "./transfer.ts";
