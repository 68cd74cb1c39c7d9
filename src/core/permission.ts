/** What a permission is for, in the words of Deno's `--allow-…` flags. */
export type PermissionKind = "read" | "write" | "net" | "env" | "sys" | "run";

/**
 * One thing that a job needs to be allowed, and why.
 *
 * A need is plain data: it can be computed from options alone, printed, and compared, and it does
 * not depend on any runtime's types.
 */
export interface PermissionNeed {
  /** Which permission. */
  readonly kind: PermissionKind;
  /** What it is for: a path, `host:port`, or a variable's name. Never a secret. */
  readonly target: string;
  /** Why it is needed, as the end of a sentence that starts with "to", such as `read the source`. */
  readonly reason: string;
}
