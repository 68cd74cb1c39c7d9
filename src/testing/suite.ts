import type { Connector, Namespace } from "../core/mod.ts";

/** An empty place of its own for one test: a path, a collection, a table. */
export interface ConformancePlace extends AsyncDisposable {
  /** Makes a connector over it; a new one each time, of the same place. */
  connector(): Connector;
  /** What the program of {@linkcode ConnectorSuite.permissions} needs to make one as well. */
  readonly args?: readonly string[];
  /** Puts documents there, for a connector that can only be read. */
  fill?(documents: readonly Uint8Array[]): Promise<void>;
}

/** The name of one check, by which it can be left out. */
export type CheckName =
  | "abilities"
  | "permissions"
  | "connect"
  | "lazy"
  | "leaving-early"
  | "round-trip"
  | "batches"
  | "batch-size"
  | "describe"
  | "include"
  | "query"
  | "resume"
  | "bad-position"
  | "abort-signal"
  | "replay"
  | "side-by-side"
  | "untouched-before-begin"
  | "abort"
  | "existing"
  | "overwrite"
  | "sync"
  | "documents"
  | "decode"
  | "permissions-exact"
  | "permissions-removed";

/** A connector to be tested. */
export interface ConnectorSuite {
  /** What it is called in the names of tests. */
  readonly name: string;
  /** The ends that it can be. */
  readonly roles: readonly ("source" | "target")[];
  /** Makes an empty place; called for each check. */
  place(): Promise<ConformancePlace> | ConformancePlace;
  /** The collection that documents are written to. Default: `sample`, without a database. */
  readonly namespace?: Namespace | (() => Namespace);
  /** Checks that cannot hold for this connector, with the reason, which is printed. */
  readonly skip?: Partial<Record<CheckName, string>>;
  /** The sample documents that it cannot hold, with the reason, which is printed. */
  readonly without?: Readonly<Record<string, string>>;
  /** How it is run under the permissions that it states. */
  readonly permissions?: {
    /**
     * A module that, run as a program, makes a connector from its arguments and hands it to
     * `probePermissions`.
     */
    readonly program: URL;
    /** Arguments for `deno run`, such as `["--import-map", "map.json"]`. */
    readonly denoArgs?: readonly string[];
  };
  /** Registers one test. Default: `Deno.test` that finds leaked resources. */
  readonly test?: (name: string, run: () => Promise<void>) => void;
}

/** A check that cannot be made for this connector; thrown with the reason. */
export class SkippedCheck extends Error {
  /** Always `SkippedCheck`. */
  override readonly name = "SkippedCheck";
}
