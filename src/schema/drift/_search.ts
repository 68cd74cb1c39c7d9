import { elements, type ElementSpan } from "../../bson/mod.ts";
import type { Drift } from "./drift.ts";

/** One step on the way from a document to a value in it. */
export type Step =
  | { readonly key: Uint8Array }
  | "element"
  /** Any key but these, as text of their bytes. */
  | { readonly not: ReadonlySet<string> };

/** How the documents are found that a drift is about. */
export interface Search {
  /** The message without `_id`s. */
  readonly base: string;
  /** The way to what is tested. */
  readonly steps: readonly Step[];
  /** Whether what stands there is what the drift is about. */
  readonly test: (buffer: Uint8Array, span: ElementSpan) => boolean;
  /** Whether `_id`s that look personal may be told. */
  readonly personal: boolean;
}

/** The searches of drifts that could not name an `_id` by the profile alone. */
export const searches: WeakMap<Drift, Search> = new WeakMap();

/** Whether anything in a document is what is looked for. */
export function isFound(buffer: Uint8Array, start: number, { steps, test }: Search): boolean {
  const visit = (span: ElementSpan, at: number): boolean => {
    const step = steps[at];
    if (step === undefined) return test(buffer, span);
    if (span.type !== (step === "element" ? 4 : 3)) return false;
    for (const inner of elements(buffer, span.valueStart)) {
      if (step === "element" || isStep(step, buffer.subarray(inner.keyStart, inner.keyEnd))) {
        if (visit(inner, at + 1)) return true;
      }
    }
    return false;
  };
  return visit({ type: 3, start, valueStart: start, end: start }, 0);
}

function isStep(step: Exclude<Step, "element">, key: Uint8Array): boolean {
  if ("not" in step) return !step.not.has(String.fromCharCode(...key));
  return isSame(step.key, key);
}

/** Whether bytes are the same. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
