import {
  type CollectionInfo,
  DataError,
  formatNamespace,
  type Namespace,
  type Source,
} from "../core/mod.ts";

/** What is to be written, and whether what is there is replaced. */
export interface Wanted {
  /** Only these; all by default. */
  readonly include?: (namespace: Namespace) => boolean;
  /** Whether what is there would be replaced. */
  readonly overwrite?: boolean;
  /** Stops it. */
  readonly signal?: AbortSignal;
}

/**
 * Refuses to replace what is there by a source that lacks the documents of a collection, or to take
 * nothing but such.
 *
 * @param source The source.
 * @param display What it is called, for messages.
 * @param wanted What is taken of it.
 * @throws {DataError} If a file of documents is missing.
 */
export async function refuseIncomplete(
  source: Source,
  display: string,
  { include = () => true, overwrite = false, signal }: Wanted,
): Promise<void> {
  // A server has what it lists.
  if (!source.capabilities.pointInTime) return;
  const lost: CollectionInfo[] = [];
  let whole = 0;
  const asking = signal === undefined ? {} : { signal };
  for await (const info of source.describe({ ...asking, damaged: true })) {
    if (!include(info.namespace)) continue;
    if (info.damage?.lost === "documents") lost.push(info);
    else whole++;
  }
  const [first] = lost;
  if (first === undefined || whole > 0 && !overwrite) return;
  if (whole === 0) throw allLost(lost);
  const { path } = first.damage!;
  const names = lost.map(({ namespace }) => formatNamespace(namespace));
  throw new DataError(
    `Cannot replace what is there by "${display}": "${path}" is missing${others(lost)}`,
    {
      stage: "source",
      hint: `${names.map((name) => `--exclude '${name}'`).join(" ")} takes the rest; if the ` +
        `collection was empty, an empty file "${path}" says so`,
    },
  );
}

/**
 * What is said where nothing is left of a source but collections that lack their documents.
 *
 * @param lost These; at least one.
 * @returns The error to throw.
 */
export function allLost(lost: readonly CollectionInfo[]): DataError {
  const { message, path } = lost[0]!.damage!;
  return new DataError(message + others(lost), {
    stage: "source",
    hint: `if the collection was empty, an empty file "${path}" says so`,
  });
}

function others({ length }: readonly CollectionInfo[]): string {
  return length === 1 ? "" : `, and ${length - 1} more`;
}
