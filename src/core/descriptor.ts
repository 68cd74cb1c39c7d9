import type { Connector } from "./connector.ts";
import type { PermissionNeed } from "./permission.ts";

/** An option of a connector, as data: help, parsing and permission lines are made from it. */
export interface OptionSpec {
  /** Name in code, camelCase. */
  readonly name: string;
  /** The flag of the command line, with its value, such as `--tls-ca-file <path>`. */
  readonly flag: string;
  /** One line of help. */
  readonly help: string;
  /** What it is where not given, in words. */
  readonly default?: string;
  /** The words that its value is one of. */
  readonly words?: readonly string[];
  /** Never shown, logged or passed as an argument. */
  readonly secret?: boolean;
}

/** An address read from its text, before anything is opened. */
export interface Address {
  /** The connector kind, such as `mongodb`. */
  readonly kind: string;
  /** The address as it may be shown: secrets replaced. */
  readonly display: string;
  /** The file's path, `-` for a standard stream; for connectors over files. */
  readonly path?: string;
  /** The connection string without the namespace in its path; for connectors over servers. */
  readonly uri?: string;
  /** The database that is named, if one. */
  readonly database?: string;
  /** The collection that is named, if one. */
  readonly collection?: string;
}

/** What a command line gives to every connector it makes. */
export interface ConnectorSettings {
  /** Which end it will be. */
  readonly role: "source" | "target";
  /** Compression of a file that is written: `none`, `gzip`, `gzip:6`, `zstd:3`; else by extension. */
  readonly compress?: string;
  /** How long to wait for a server to answer at first, in milliseconds. */
  readonly connectTimeoutMs?: number;
  /** How long a connection may be silent while an answer is due, in milliseconds. */
  readonly idleTimeoutMs?: number;
  /** A file with the certificate authorities to trust. */
  readonly tlsCaFile?: string;
  /** Read the options and indexes that lie beside a file of documents. */
  readonly metadata?: boolean;
  /** Take users and roles too. */
  readonly usersAndRoles?: boolean;
  /** Leave out the oplog of a dump without a warning. */
  readonly ignoreOplog?: boolean;
  /** Whether a target is only looked at, as a plan and a dry run do: nothing is written. */
  readonly lookOnly?: boolean;
  /** Says a line under `--verbose`. */
  readonly verbose?: (line: string) => void;
}

/**
 * What is known of a connector without loading its code: help, address parsing and the permission
 * line need no driver.
 */
export interface ConnectorDescriptor {
  /** The connector's kind, such as `bson`; also the name that `--from` and `--to` take. */
  readonly kind: string;
  /** One line for `datahood connectors`. */
  readonly summary: string;
  /** Whether one address of it holds many collections, by their namespaces. A server's says it itself. */
  readonly holds?: "many";
  /** Which ends it can be. */
  readonly roles: readonly ("source" | "target")[];
  /** Addresses as examples with their meaning. */
  readonly addresses: readonly { readonly example: string; readonly meaning: string }[];
  /** The URL schemes that select it, without the colon. */
  readonly schemes: readonly string[];
  /** The file extensions that select it, with the dot, longest first. */
  readonly extensions: readonly string[];
  /** Options of its own. */
  readonly options: readonly OptionSpec[];
  /** What it needs to be allowed, without I/O and without its code. */
  permissions(address: Address, settings: ConnectorSettings): readonly PermissionNeed[];
  /** Loads its code and makes the connector; connects to nothing. */
  create(address: Address, settings: ConnectorSettings): Promise<Connector>;
}
