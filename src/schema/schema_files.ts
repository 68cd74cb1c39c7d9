import { formatNamespace, type Namespace, UsageError, VERSION } from "../core/mod.ts";
import type { ProfiledCollection } from "../profile/mod.ts";
import { fileEnding } from "./file_ending.ts";
import { GENERATED_MARK } from "./gen/_share.ts";
import type { Generator } from "./gen/generator.ts";
import { inferSchemas } from "./infer/infer.ts";
import type { InferOptions } from "./infer/options.ts";
import type { SchemaModel } from "./model.ts";

/** A language that types are written in, with its options. */
export interface SchemaTarget {
  /** Its generator, one of {@linkcode GENERATORS} or another. */
  readonly generator: Generator;
  /** The generator's own options by their names. */
  readonly options?: Readonly<Record<string, string | boolean>>;
}

/** A file of types that is not written yet. */
export interface SchemaFile {
  /** Its path; `-` stands for standard output. */
  readonly path: string;
  /** What it holds. */
  readonly text: string;
  /** The kind of the generator that made it. */
  readonly target: string;
  /** The collection whose types it has, where each has a file of its own. */
  readonly namespace?: Namespace;
}

/**
 * Where types go: all collections into one file of that name (`file`), into a file for each target
 * whose name begins so (`base`), or a file for each collection and target in a folder (`folder`).
 */
export interface SchemaPlace {
  /** How the path is meant. */
  readonly holds: "file" | "base" | "folder";
  /** The path; for a file `-` is standard output. */
  readonly path: string;
}

/**
 * Makes the text of all files: pure, nothing is written.
 *
 * @param collections The profiles. Those without documents are left out.
 * @param targets What to make.
 * @param place Where it goes.
 * @param options How the types are inferred.
 * @returns The files, targets in their order, in each the collections by name.
 * @throws {UsageError} If there are several targets for one file, a name for the root of several
 * collections, or an option that a generator does not take.
 *
 * @example
 * ```ts
 * import { BsonConnector, GENERATORS, profileSource, schemaFiles } from "@datahood/cli";
 * import { assertEquals } from "@std/assert";
 *
 * await using people = new BsonConnector({ path: `${await Deno.makeTempDir()}/people.bson` });
 * await people.loadData([{ _id: 1, name: "Ada" }]);
 *
 * const collections = await profileSource(people);
 * const targets = [{ generator: GENERATORS[0]! }];
 * const files = schemaFiles(collections, targets, { holds: "folder", path: "types/" });
 * assertEquals(files.map(({ path }) => path), ["types/people.ts", "types/index.ts"]);
 * ```
 */
export function schemaFiles(
  collections: readonly ProfiledCollection[],
  targets: readonly SchemaTarget[],
  place: SchemaPlace,
  options: InferOptions = {},
): SchemaFile[] {
  // A source has them in its own order; what is made of them depends on what they are alone.
  const filled = collections.filter(({ profile }) => profile.documents > 0)
    .toSorted(({ namespace: a }, { namespace: b }) =>
      compare(a.db, b.db) || compare(a.collection, b.collection)
    );
  if (options.rootName !== undefined && filled.length > 1) {
    throw new UsageError(
      `Cannot call ${filled.length} collections "${options.rootName}": the name is for one.`,
      { hint: "name one collection, or leave the root's name out" },
    );
  }
  if (place.holds === "file" && targets.length > 1) {
    throw new UsageError(
      `Cannot write ${targets.map(({ generator }) => generator.kind).join(" and ")} into one file.`,
      { hint: "give a folder, or the begin of the files' names" },
    );
  }
  const models = inferSchemas(filled, options);
  const files = targets.flatMap((target) => filesOf(target, models, place));
  const paths = new Set<string>();
  for (const { path } of files) {
    if (paths.has(path)) {
      throw new UsageError(`Cannot write "${path}" twice: two targets have files of that name.`);
    }
    paths.add(path);
  }
  return files;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function filesOf(
  { generator, options = {} }: SchemaTarget,
  models: readonly SchemaModel[],
  { holds, path }: SchemaPlace,
): SchemaFile[] {
  const target = generator.kind;
  const generate = (some: readonly SchemaModel[]) =>
    generator.generate(some, { source: sourceName(some), version: VERSION, options });
  if (holds !== "folder") {
    const file = holds === "file" ? path : path + fileEnding(generator);
    return [{ path: file, text: generate(models), target }];
  }
  const folder = path.replace(/[/\\]+$/, "") || path;
  const stems = fileStems(models.map(({ namespace }) => namespace), generator.extension === ".py");
  const files = models.map((model, i) => ({
    path: `${folder}/${stems[i]}${fileEnding(generator)}`,
    text: generate([model]),
    target,
    namespace: model.namespace,
  }));
  if (!generator.extension.endsWith(".ts")) return files;
  const ending = fileEnding(generator);
  return [...files, { path: `${folder}/index${ending}`, text: index(stems, ending), target }];
}

/** Where the documents came from. It depends on the profiles alone, so that saved ones say the same. */
function sourceName(models: readonly SchemaModel[]): string {
  if (models.length === 1) return formatNamespace(models[0]!.namespace);
  const databases = new Set(models.map(({ namespace }) => namespace.db));
  const [only = ""] = databases;
  const name = databases.size === 1 && only !== "" ? `${only}, ` : "";
  return `${name}${models.length} collections`;
}

/**
 * All that a folder has for one target, as one module. Python needs none: a folder is a package there;
 * a JSON file stands alone.
 */
function index(stems: readonly string[], ending: string): string {
  // Of types alone the ending ".ts" is taken by every compiler; of values just where they may have it.
  const types = ending === ".ts";
  return [
    `// ${GENERATED_MARK} ${VERSION}: the ${types ? "types" : "schemas"} of all collections here.`,
    "// Edits are lost when it is made again.",
    ...(types ? [] : [
      "// The compiler takes the endings with allowImportingTsExtensions, or",
      "// rewriteRelativeImportExtensions; Deno, Bun, Node.js and bundlers as they are.",
    ]),
    "",
    ...stems.map((stem) =>
      `export ${types ? "type " : ""}* from ${JSON.stringify(`./${stem}${ending}`)};`
    ),
    "",
  ].join("\n");
}

/** The longest name before its ending, in characters: what is not Latin may take four bytes each. */
const LONGEST = 50;

/** The names of collections as names of files, all different, also where case does not count. */
function fileStems(namespaces: readonly Namespace[], python: boolean): string[] {
  const databases = new Set(namespaces.map(({ db }) => db));
  const taken = new Set(["index"]);
  return namespaces.map((namespace) => {
    const name = databases.size > 1 ? formatNamespace(namespace) : namespace.collection;
    let stem = python
      ? name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d)/, "_")
      // deno-lint-ignore no-control-regex
      : name.replace(/[\0-\x1f\x7f\s<>:"/\\|?*]/g, "_").replace(/^\./, "_").replace(/[. ]$/, "_");
    if (/^(?:con|prn|aux|nul|com\d|lpt\d)$/i.test(stem)) stem += "_";
    const whole = stem.length <= LONGEST;
    if (!whole) stem = [...stem].slice(0, LONGEST).join("");
    if (!whole || stem === "" || taken.has(stem.toLowerCase())) {
      stem += `_${shortHash(formatNamespace(namespace))}`;
    }
    taken.add(stem.toLowerCase());
    return stem;
  });
}

/** FNV-1a over UTF-16 units, as eight digits. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
