import { formatId } from "../../bson/mod.ts";
import {
  CAPS,
  type Field,
  type KeptId,
  type ObjectNode,
  type ValueNode,
} from "../../profile/mod.ts";

const LONGEST = 120;

/** `_id`s of documents that hold a kind of value here, or any. */
export function idsOf(node: ValueNode, kind?: number): string[] {
  const samples = kind === undefined ? node.ids ?? [] : [node.ids?.[kind]];
  return shown(samples.flatMap((sample) => sample?.kept ?? []));
}

/**
 * `_id`s of documents that have an object here and the field in none of them, out of those that are
 * known: a document with a smaller hash than the ones kept for the field would be kept itself.
 */
export function idsWithout(object: ObjectNode, field: Field | undefined): string[] {
  const samples = (field?.node.ids ?? []).filter((sample) => sample !== undefined);
  const found: KeptId[] = [];
  for (const other of object.all()) {
    if (other === field) continue;
    for (const sample of other.node.ids ?? []) found.push(...sample?.kept ?? []);
  }
  return shown(
    found.filter((id) =>
      samples.every(({ kept }) =>
        (kept.length < CAPS.ids || id.hash < kept[CAPS.ids - 1]!.hash) &&
        !kept.some((other) => isSame(id, other))
      )
    ),
  );
}

/** The ones with the smallest hashes, each once. */
function shown(ids: readonly KeptId[]): string[] {
  const texts = new Set<string>();
  for (const { element } of [...ids].sort(compare)) {
    const span = { type: element[0]!, start: 0, valueStart: 2, end: element.length };
    texts.add(formatId(element, span, LONGEST));
    if (texts.size === CAPS.ids) break;
  }
  return [...texts];
}

function isSame(a: KeptId, b: KeptId): boolean {
  return a.hash === b.hash && compare(a, b) === 0;
}

function compare(a: KeptId, b: KeptId): number {
  if (a.hash !== b.hash) return a.hash - b.hash;
  const n = Math.min(a.element.length, b.element.length);
  for (let i = 0; i < n; i++) {
    if (a.element[i] !== b.element[i]) return a.element[i]! - b.element[i]!;
  }
  return a.element.length - b.element.length;
}
