import type { TransferOptions } from "../../../transfer/mod.ts";
/** One collection of a plan, as it is shown. */
export interface PlannedCollection {
  readonly from: string;
  readonly to: string;
}
/** What becomes of what. */
export interface TransferPlan {
  readonly collections: readonly PlannedCollection[];
  readonly options: TransferOptions;
}
// deno-lint-ignore require-await no-explicit-any
export async function planTransfer(..._a: any[]): Promise<TransferPlan> {
  throw new Error("todo");
}
