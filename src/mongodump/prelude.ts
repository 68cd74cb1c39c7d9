/** Who wrote a dump: the versions of the server and of the tool. */
export interface Prelude {
  /** Version of the server that was dumped; `""` where that was none. */
  readonly serverVersion: string;
  /** Version of the program that wrote it. */
  readonly toolVersion: string;
}

/** The name of the file that holds it in a directory; written last, so that it tells a whole dump. */
export const PRELUDE_FILE = "prelude.json";

/**
 * What stands for the version of no server: mongorestore takes neither an archive nor a directory
 * whose version is no version.
 */
export const NO_SERVER_VERSION = "0.0.0";

/**
 * Writes a `prelude.json`.
 *
 * @param prelude What it says.
 * @returns The text.
 */
export function formatPrelude({ serverVersion, toolVersion }: Prelude): string {
  return JSON.stringify({
    ServerVersion: serverVersion === "" ? NO_SERVER_VERSION : serverVersion,
    ToolVersion: toolVersion,
  });
}

/**
 * Reads a `prelude.json`. What it does not say is empty: it is a hint, and never a reason to refuse.
 *
 * @param text The text.
 * @returns What it says.
 */
export function parsePrelude(text: string): Prelude {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const { ServerVersion, ToolVersion } = (value ?? {}) as Record<string, unknown>;
  return {
    serverVersion: typeof ServerVersion === "string" && ServerVersion !== NO_SERVER_VERSION
      ? ServerVersion
      : "",
    toolVersion: typeof ToolVersion === "string" ? ToolVersion : "",
  };
}
