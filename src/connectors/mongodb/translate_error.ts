import {
  ConnectError,
  DatahoodError,
  type DatahoodErrorOptions,
  InterruptedError,
  type Namespace,
  NotFoundError,
  PermissionError,
  type Stage,
  UnsupportedError,
  UsageError,
} from "../../core/mod.ts";
import { accountsOf } from "../../mongodump/mod.ts";
import { describeSelection } from "./_selection_failure.ts";

/** What was being done when the driver threw. */
export interface ErrorContext {
  /** The verb of the message: `Cannot <action> "…"`, such as `read`, `write`, `connect to`. */
  readonly action: string;
  /** The place as it may be shown: no secret. */
  readonly display: string;
  /** Which end of the run this is. */
  readonly stage?: Stage;
  /** The command that was sent, such as `find`: said where it was not allowed. */
  readonly command?: string;
  /** What the command was about: said where it was not allowed. */
  readonly namespace?: Namespace;
  /** Whether the address names a user. */
  readonly loggedIn?: boolean;
  /** Whether the user's own query was part of the command, so that the server may refuse it. */
  readonly query?: boolean;
  /** The caller's signal: an abort is told from a failure by it. */
  readonly signal?: AbortSignal | undefined;
}

/** The members of the driver's errors that are looked at; told by name, so no driver is loaded. */
interface DriverError extends Error {
  readonly code?: number | string;
  readonly codeName?: string;
  readonly errmsg?: string;
  hasErrorLabel?(label: string): boolean;
}

/** Labels by which a server or the driver says that the same may work later. */
const RETRY_LABELS = [
  "RetryableWriteError",
  "RetryableReadError",
  "RetryableError",
  "TransientTransactionError",
  "ResumableChangeStreamError",
  "SystemOverloadedError",
  "NoWritesPerformed",
];

/** Codes after which the driver specifications call a read retryable; a server labels only writes. */
const RETRY_CODES = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  43, // CursorNotFound
  63, // StaleShardVersion
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  150, // StaleEpoch
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  234, // RetryChangeStream
  262, // ExceededTimeLimit
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13388, // StaleConfig
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
]);

/** Codes that blame the command's own content; with a query of the user's in it, the query. */
const QUERY_CODES = new Set([2, 4, 9, 14, 16, 17, 28, 52, 56, 72, 168]);

/** Classes of the driver that mean a connection which failed or went away. */
const NETWORK_CLASSES = new Set([
  "MongoNetworkError",
  "MongoNetworkTimeoutError",
  "MongoPoolClearedError",
  "PoolClearedError",
  "PoolClearedOnNetworkError",
  "MongoPoolClearedOnNetworkError",
  "MongoServerClosedError",
  "MongoStalePrimaryError",
  "MongoNotConnectedError",
  "MongoTopologyClosedError",
  "MongoClientClosedError",
  "MongoPoolClosedError",
]);

/**
 * Turns what the driver threw into an error of datahood: by label, code and class, never by text.
 * What is not the driver's (a bug, an error of datahood's own) is given back as it is.
 *
 * @param thrown Whatever was thrown.
 * @param context What was being done.
 * @returns The error to throw.
 */
export function translateError(thrown: unknown, context: ErrorContext): Error {
  if (thrown instanceof DatahoodError) {
    thrown.stage ??= context.stage;
    return thrown;
  }
  if (context.signal?.aborted) {
    const reason = context.signal.reason;
    if (reason instanceof InterruptedError) return reason;
    return new InterruptedError("The run was interrupted", { cause: thrown });
  }
  if (!(thrown instanceof Error)) return new Error(String(thrown));
  const error = thrown as DriverError;
  const name = error.name;
  if (name === "NotCapable") {
    return new PermissionError(`${cannot(context)}: a permission is missing`, [], {
      cause: error,
      ...stageOf(context),
    });
  }
  if (name === "MongoServerSelectionError") return selection(error, context);
  if (NETWORK_CLASSES.has(name)) return network(error, context);
  if (typeof error.code === "number" && name.startsWith("Mongo")) return server(error, context);
  if (name === "MongoOperationTimeoutError") {
    return connect("the server did not answer in time", error, context, { retryable: true });
  }
  if (name === "MongoMissingDependencyError") {
    return new UnsupportedError(`${cannot(context)}: this login or compression is not supported`, {
      hint: "SCRAM and X.509 logins work, and zlib and zstd compression",
      cause: error,
      ...stageOf(context),
    });
  }
  if (name === "MongoCompatibilityError") {
    return new UnsupportedError(`${cannot(context)}: the server is too old or cannot do this`, {
      hint: "MongoDB 4.2 and later work",
      cause: error,
      ...stageOf(context),
    });
  }
  if (!name.startsWith("Mongo")) return error;
  return connect("the driver failed", error, context, { retryable: isRetryable(error) });
}

/**
 * Whether the same may work later, as labels, codes and classes of the driver say.
 *
 * @param thrown Whatever the driver threw.
 * @returns Whether a retry may help.
 */
export function isRetryable(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const error = thrown as DriverError;
  if (RETRY_LABELS.some((label) => error.hasErrorLabel?.(label) === true)) return true;
  if (NETWORK_CLASSES.has(error.name)) return true;
  return typeof error.code === "number" && RETRY_CODES.has(error.code);
}

function selection(error: DriverError, context: ErrorContext): Error {
  const found = describeSelection(error);
  if (found.needs.length > 0) {
    return new PermissionError(`${cannot(context)}: ${found.state}`, found.needs, {
      cause: error,
      ...(found.hint === undefined ? {} : { hint: found.hint }),
      ...stageOf(context),
    });
  }
  // At first there is nothing to wait for; once it worked, a server may come back.
  const retryable = context.action !== "connect to";
  return connect(found.state, error, context, { hint: found.hint, retryable });
}

function network(error: DriverError, context: ErrorContext): Error {
  const timeout = error.name === "MongoNetworkTimeoutError";
  const state = timeout ? "the server fell silent" : "the connection was lost";
  return connect(state, error, context, {
    hint: timeout ? "a longer --idle-timeout waits longer" : "the same command again may work",
    retryable: true,
  });
}

function server(error: DriverError, context: ErrorContext): Error {
  const options = { cause: error, ...stageOf(context), retryable: isRetryable(error) };
  switch (error.code) {
    case 13:
      return unauthorized(error, context);
    case 11: // UserNotFound
    case 18:
      return connect("the server does not accept this user and password", error, context, {
        hint: "check the password, and the database the user was made in: ?authSource=<database>",
      });
    case 26:
      return new NotFoundError(`${cannot(context)}: there is no such collection`, options);
    case 43:
      return connect("the server closed the cursor", error, context, {
        hint: "the same command again may work; the target was slow for very long",
        retryable: true,
      });
    case 50:
      return connect("the server stopped it at its time limit", error, context, {
        hint: "a filter on an indexed field is faster",
      });
    case 59:
    case 115:
      return new UnsupportedError(
        `${cannot(context)}: the server cannot do this${codeOf(error)}`,
        options,
      );
    case 8000:
      return connect("MongoDB Atlas refused it", error, context, {
        hint: "a wrong password, or more than this tier of Atlas allows; --verbose has its words",
        retryable: options.retryable,
      });
    case 175: // QueryPlanKilled: the collection was dropped or renamed meanwhile
      return new NotFoundError(`${cannot(context)}: it was dropped or renamed meanwhile`, options);
  }
  if (context.query && isQueryCode(error.code as number)) {
    return new UsageError(
      `${cannot(context)}: the server cannot use this query: ${error.errmsg ?? error.codeName}`,
      { ...options, hint: "check --filter, --projection and --sort" },
    );
  }
  return connect(`the server failed${codeOf(error)}`, error, context, {
    retryable: options.retryable,
  });
}

function isQueryCode(code: number): boolean {
  // Errors of five digits and more are assertions inside the server's query language.
  return QUERY_CODES.has(code) || (code > 15000 && !RETRY_CODES.has(code));
}

function unauthorized(error: DriverError, context: ErrorContext): Error {
  const { command, namespace, loggedIn, stage } = context;
  const where = namespace === undefined
    ? ""
    : namespace.collection === ""
    ? ` on database "${namespace.db}"`
    : ` on "${namespace.db}.${namespace.collection}"`;
  const what = command === undefined ? "do this" : `run ${command}`;
  if (loggedIn === false) {
    return connect(`the server asks for a login to ${what}${where}`, error, context, {
      hint: "mongodb://user@host/… asks for the password",
    });
  }
  // No role that is about documents allows to read or write users.
  const accounts = namespace !== undefined && isAccountsPlace(namespace);
  const role = stage === "target"
    ? accounts ? "restore" : "readWrite"
    : accounts
    ? "backup"
    : "read";
  const db = namespace?.db ?? "<database>";
  const grant = command === "listDatabases"
    ? `{ role: "readAnyDatabase", db: "admin" }`
    : `{ role: "${role}", db: "${db}" }`;
  return connect(`the user is not allowed to ${what}${where}`, error, context, {
    hint: `an administrator can grant it: db.grantRolesToUser("<user>", [${grant}])`,
  });
}

/** Where users and roles are, or are put until the server takes them. */
function isAccountsPlace(namespace: Namespace): boolean {
  const { db, collection } = namespace;
  return accountsOf(namespace) !== undefined ||
    db === "admin" && (collection === "tempusers" || collection === "temproles");
}

function connect(
  state: string,
  cause: DriverError,
  context: ErrorContext,
  options: { hint?: string | undefined; retryable?: boolean } = {},
): ConnectError {
  const { hint, retryable = false } = options;
  return new ConnectError(`${cannot(context)}: ${state}`, {
    cause,
    retryable,
    ...stageOf(context),
    ...(hint === undefined ? {} : { hint }),
  });
}

function cannot({ action, display }: ErrorContext): string {
  return `Cannot ${action} "${display}"`;
}

function codeOf({ code, codeName }: DriverError): string {
  return ` (${codeName === undefined ? "code" : codeName} ${code})`;
}

function stageOf({ stage }: ErrorContext): Pick<DatahoodErrorOptions, "stage"> {
  return stage === undefined ? {} : { stage };
}
