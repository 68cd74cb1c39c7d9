/**
 * The mergeable profile of what documents are like.
 *
 * @module
 */
export { CAPS } from "./caps.ts";
export { FORMAT, FORMAT_NAMES, type FormatName } from "./_format.ts";
export { KEY_CLASSES, type KeyClass } from "./key_class.ts";
export { KIND, KIND_NAMES, type KindName, KINDS } from "./kinds.ts";
export {
  ArrayNode,
  type Field,
  type IdSample,
  type KeptId,
  ObjectNode,
  type Tag,
  ValueNode,
} from "./node.ts";
export {
  Profile,
  type ProfiledCollection,
  type ProfileOptions,
  type ValuesMode,
} from "./profile.ts";
export { mergeProfiles } from "./merge_profiles.ts";
export { loadProfiles, saveProfiles } from "./saved.ts";
export { LongStats, NumberStats, StringStats } from "./stats.ts";
export { type TagRow, type ValueEntry, ValueSketch } from "./value_sketch.ts";
