/** The option that confines a run; every command that moves or reads data takes it. */
export const SANDBOX = "--sandbox";

/**
 * The words without the option; one behind `--` is data.
 *
 * @param args The command line.
 */
export function withoutSandbox(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.filter((word, at) => word !== SANDBOX || (end >= 0 && at > end));
}
