import { IoError } from "../core/mod.ts";

/**
 * The program that read standard output, or the pipe written to, went away. To whoever runs in a
 * shell this is no failure: `datahood … | head` ends quietly.
 */
export class ClosedPipeError extends IoError {}
