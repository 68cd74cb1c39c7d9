/**
 * Drift: how documents differ from what they were like.
 *
 * @module
 */
export { type CompareOptions, compareProfiles } from "./compare.ts";
export { DEFAULT_FAIL_ON, type Drift, DRIFT_CLASSES, type DriftClass } from "./drift.ts";
export { OffenderSearch } from "./offender_search.ts";
export { reportDrift, type ReportOptions } from "./report.ts";
