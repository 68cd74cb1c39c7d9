import { UsageError } from "../../core/mod.ts";
import { RESERVED } from "./_reserved.ts";

/** Whether a text is an identifier in every language that types are made for. */
export function isTypeName(name: string): boolean {
  return /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name);
}

/**
 * Makes sure that a type can have a name that someone gave.
 *
 * @param name The name.
 * @param what What is to be called so, such as `the type of orders`.
 * @throws {UsageError} If it is no identifier, or has a meaning of its own in some language.
 */
export function checkTypeName(name: string, what: string): void {
  if (!isTypeName(name)) {
    throw new UsageError(`Cannot call ${what} "${name}": it is no identifier`, {
      hint: "letters and digits make a name",
    });
  }
  if (RESERVED.has(name)) {
    throw new UsageError(`Cannot call ${what} "${name}": the name has a meaning of its own`, {
      hint: `such as "${name}Document"`,
    });
  }
}
