import type { Option } from "./types.ts";

/** Where a value is from. */
type Origin = "given" | "default";

/** The name that the value of an option has: `--no-dry-run` and `--dry-run` are `dryRun`. */
export function attributeOf({ name }: Option): string {
  return name.replace(/^no-/, "").replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The values of options, by the names that an action gets them by. */
export class OptionValues {
  readonly all: Record<string, unknown> = {};
  readonly #origins = new Map<string, Origin>();

  /** A negation whose opposite is not declared says that the opposite is so unless it is given. */
  declare(option: Option, declared: Iterable<Option>): void {
    if (!option.name.startsWith("no-")) return;
    const opposite = option.name.slice("no-".length);
    if ([...declared].some(({ name }) => name === opposite)) return;
    this.set(attributeOf(option), true, "default");
  }

  get(name: string): unknown {
    return this.all[name];
  }

  set(name: string, value: unknown, origin: Origin): void {
    this.all[name] = value;
    this.#origins.set(name, origin);
  }

  isGiven(name: string): boolean {
    return this.#origins.get(name) === "given";
  }
}
