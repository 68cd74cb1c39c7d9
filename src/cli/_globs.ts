import {
  formatNamespace,
  type Issue,
  type Namespace,
  parseNamespace,
  UsageError,
} from "../core/mod.ts";
import { accountsOf } from "../mongodump/accounts.ts";
import { nearest } from "../connectors/_nearest.ts";

/** A pattern over `database.collection`: `*` is any text, `?` one character; all else is itself. */
function toRegExp(glob: string): RegExp {
  const source = glob.replace(/[.+^${}()|[\]\\/]/g, "\\$&")
    .replaceAll("*", "(.*)").replaceAll("?", "(.)");
  return new RegExp(`^${source}$`, "su");
}

/** Where a pattern without a dot is given, it is about the collection's name alone. */
function matcher(glob: string): (namespace: Namespace) => boolean {
  const pattern = toRegExp(glob);
  if (glob.includes(".")) return (namespace) => pattern.test(formatNamespace(namespace));
  return (namespace) =>
    pattern.test(namespace.collection) || pattern.test(formatNamespace(namespace));
}

/** Names as a pattern is about them: of the collections alone where it has no dot. */
function namesFor(glob: string, namespaces: readonly Namespace[]): string[] {
  return namespaces.map((name) => glob.includes(".") ? formatNamespace(name) : name.collection);
}

/** Which collections are taken, by their names. */
export interface Selection {
  (namespace: Namespace): boolean;
  /** A warning for each pattern that none of the collections fitted that were asked about so far. */
  unmatched(): Issue[];
}

/** A pattern as it was typed. */
interface Pattern {
  readonly option: "--include" | "--exclude";
  readonly glob: string;
  readonly matches: (namespace: Namespace) => boolean;
}

/**
 * What `--include` and `--exclude` leave. Users and roles that are asked for by an option of their own
 * need not be included as well.
 */
export function selection(
  include: readonly string[],
  exclude: readonly string[],
  usersAndRoles = false,
): Selection | undefined {
  if (include.length === 0 && exclude.length === 0) return undefined;
  const patterns = (option: Pattern["option"], globs: readonly string[]): Pattern[] =>
    globs.map((glob) => ({ option, glob, matches: matcher(glob) }));
  const wanted = patterns("--include", include);
  const unwanted = patterns("--exclude", exclude);
  const idle = new Set([...wanted, ...unwanted]);
  const asked: Namespace[] = [];
  const takes = (namespace: Namespace) => {
    // Once each pattern has a collection there is nothing more to find out.
    if (idle.size > 0) asked.push(namespace);
    for (const pattern of idle) if (pattern.matches(namespace)) idle.delete(pattern);
    return (wanted.length === 0 || wanted.some(({ matches }) => matches(namespace)) ||
      usersAndRoles && accountsOf(namespace) !== undefined) &&
      !unwanted.some(({ matches }) => matches(namespace));
  };
  return Object.assign(takes, {
    unmatched: () => asked.length === 0 ? [] : [...idle].map((one) => withoutMatch(one, asked)),
  });
}

function withoutMatch({ option, glob }: Pattern, asked: readonly Namespace[]): Issue {
  const near = nearest(glob, namesFor(glob, asked));
  const advice = near !== undefined
    ? `; did you mean ${near}?`
    : glob.includes(",")
    ? "; each pattern is an option of its own"
    : "";
  return {
    code: "pattern-without-match",
    message: `No collection fits ${option} "${glob}"${advice}`,
    level: "warning",
  };
}

/** One `--rename from=to`. */
interface Rename {
  readonly from: RegExp;
  readonly to: string;
  /** Whether the old name is a collection with its database. */
  readonly dotted: boolean;
}

function parseRename(text: string): Rename {
  const parts = text.split("=");
  const [from = "", to = ""] = parts;
  if (parts.length !== 2 || from === "" || to === "") {
    throw new UsageError(`Cannot use --rename "${text}": it is not OLD=NEW.`, {
      hint: "such as --rename shop.orders=archive.orders, or --rename 'shop.*=archive.*'",
    });
  }
  const dotted = from.includes(".");
  if (dotted && !/[^.]\../.test(to)) {
    throw new UsageError(`Cannot use --rename "${text}": the new name has no collection.`, {
      hint: `--rename ${from}=${to}.${parseNamespace(from).collection}`,
    });
  }
  const holes = (glob: string) => (glob.match(/[*?]/g) ?? []).join("");
  if (holes(to) !== "" && holes(to) !== holes(from)) {
    throw new UsageError(
      `Cannot use --rename "${text}": the new name has other "*" and "?" than the old one.`,
      { hint: "such as --rename 'shop.*=archive.*'" },
    );
  }
  return { from: toRegExp(from), to, dotted };
}

/** The rules of one option. Where there is just one "=", a comma belongs to a collection's name. */
function rulesOf(text: string): string[] {
  const parts = text.split(",");
  if (parts.filter((part) => part.includes("=")).length < 2) return [text];
  const broken = parts.find((part) => !part.includes("="));
  if (broken === undefined) return parts.map((part) => part.trim());
  throw new UsageError(`Cannot use --rename "${text}": "${broken}" is not OLD=NEW.`, {
    hint: "for a name with a comma, give --rename once for each collection",
  });
}

/**
 * What `--rename` makes of a name: the first rule that fits counts, `undefined` where none does. A
 * rule without a dot is about a collection's name alone, as with `--include`: the database is "" then,
 * and the target says which it is.
 */
export function renaming(
  renames: readonly string[],
): ((from: Namespace) => Namespace | undefined) | undefined {
  if (renames.length === 0) return undefined;
  const rules = renames.flatMap(rulesOf).map(parseRename);
  return (namespace) => {
    for (const rule of rules) {
      const found = rule.from.exec(
        rule.dotted ? formatNamespace(namespace) : namespace.collection,
      );
      if (found === null) continue;
      let hole = 0;
      const renamed = rule.to.replace(/[*?]/g, () => found[++hole]!);
      if (renamed.includes(".")) return parseNamespace(renamed);
      if (!rule.dotted) return { db: "", collection: renamed };
    }
    return undefined;
  };
}

/** Refuses a `--rename` that is about none of the collections: it was mistyped. */
export function refuseUnusedRename(
  renames: readonly string[],
  namespaces: readonly Namespace[],
): void {
  const unused = renames.flatMap(rulesOf).find((text) =>
    namespaces.every((name) => !renaming([text])!(name))
  );
  if (unused === undefined) return;
  const [from = "", to = ""] = unused.split("=");
  const names = namesFor(from, namespaces);
  const near = nearest(from, names);
  const some = names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");
  throw new UsageError(`Cannot use --rename "${unused}": no collection "${from}" is taken.`, {
    hint: near === undefined ? `there are ${some}` : `did you mean --rename ${near}=${to}?`,
  });
}
