import type { Issue } from "../../core/mod.ts";
import type { Override, Overrides } from "./options.ts";

type Member = keyof Override;

/** Which members of overrides did something. */
export class UsedOverrides {
  readonly #used = new Set<string>();
  /** Paths with values of which an enum can be made. */
  readonly #texts = new Set<string>();

  /** Notes that members of the override of a path count there. */
  note(path: string, ...members: readonly Member[]): void {
    for (const member of members) this.#used.add(`${member} ${path}`);
  }

  /** Notes that an enum was wanted where strings or ints are. */
  noteTexts(path: string): void {
    this.#texts.add(path);
  }

  /** Whether it did something. */
  has(path: string, member: Member): boolean {
    return this.#used.has(`${member} ${path}`);
  }

  /** Whether strings or ints are there. */
  hasTexts(path: string): boolean {
    return this.#texts.has(path);
  }
}

const WHY: Readonly<Record<Member, string>> = {
  as: "no object is there",
  name: "no object is there, and only objects have a type of their own",
  enum: "neither strings nor ints are there",
  type: "it is left out",
  ignore: "only a field can be left out",
};

/** What overrides say that changes nothing in any collection, as warnings. */
export function idleOverrides(
  overrides: Overrides,
  all: readonly UsedOverrides[],
): Issue[] {
  return Object.entries(overrides).flatMap(([path, override]) => {
    // What is left out has no kinds, no name and no values.
    if (override.ignore && all.some((used) => used.has(path, "ignore"))) return [];
    return (Object.keys(override) as Member[]).filter((member) =>
      override[member] !== undefined && override[member] !== false &&
      !all.some((used) => used.has(path, member))
    ).map((member): Issue => {
      const why = path === "" && member === "type"
        ? "the document itself is always an object"
        : member === "enum" && all.some((used) => used.hasTexts(path))
        ? "its values are too many, or were not kept"
        : WHY[member];
      return {
        code: "override-without-effect",
        level: "warning",
        message: `the override "${member}" of "${path}" has no effect: ${why}`,
      };
    });
  });
}
