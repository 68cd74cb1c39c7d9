import {
  type CollectionInfo,
  DataError,
  formatNamespace,
  type Issue,
  type Namespace,
  type TargetCapabilities,
  UsageError,
} from "../core/mod.ts";
import { viewedOf } from "./_open_collection.ts";

/** Which collection of the source goes to which name at the target: each to one, once. */
export class TargetNames {
  readonly #capabilities: TargetCapabilities;
  readonly #display: string;
  /** Names at the source, by those at the target. */
  readonly #taken = new Map<string, string>();
  readonly #ended = new Set<string>();
  /** Views by the name they get, and what each shows. */
  readonly #views = new Map<Namespace, string>();

  constructor(capabilities: TargetCapabilities, display: string) {
    this.#capabilities = capabilities;
    this.#display = display;
  }

  /** Takes a name for a collection; fails if it has no right to it. */
  take(source: Namespace, to: Namespace): void {
    const from = formatNamespace(source), key = formatNamespace(to);
    if (this.#ended.has(from)) {
      throw new DataError(`Cannot read "${from}" again: the source has already ended it`, {
        stage: "source",
      });
    }
    const other = this.#taken.get(key);
    if (other !== undefined) {
      throw new UsageError(`Cannot write "${from}" to "${key}": "${other}" goes there too`, {
        hint: "rename one of them",
      });
    }
    if (this.#taken.size > 0 && this.#capabilities.collections === "one") {
      const [first] = this.#taken.values();
      throw new UsageError(
        `Cannot write "${from}" to "${this.#display}": it holds one collection, ` +
          `and "${first}" is in it`,
        { hint: "name one collection at the source" },
      );
    }
    this.#taken.set(key, from);
  }

  /** Takes note that the source ended a collection. */
  end(source: Namespace): void {
    this.#ended.add(formatNamespace(source));
  }

  /** Takes note of a view that is taken as what defines it, if it is one and the target keeps such. */
  view(collection: CollectionInfo, to: Namespace): void {
    const on = this.#capabilities.views ? viewedOf(collection) : undefined;
    if (on !== undefined) this.#views.set(to, on);
  }

  /** Says of views that what they show did not come with them: left out, or under another name. */
  *viewsAlone(): Iterable<Issue> {
    for (const [namespace, on] of this.#views) {
      if (this.#taken.has(formatNamespace({ db: namespace.db, collection: on }))) continue;
      yield {
        code: "view-source-left-out",
        message: `"${formatNamespace(namespace)}" is a view on "${on}", which was not written ` +
          "under that name with it",
        level: "warning",
        namespace,
      };
    }
  }
}
