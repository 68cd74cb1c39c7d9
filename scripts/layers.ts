/**
 * Checks the import rules between the layers of `src`: `deno task layers [root]`. Prints what breaks
 * one as `file:line: why` and exits with 1.
 *
 * @module
 */
import { type Import, type Scan, scanSource } from "./_source_scan.ts";

interface Layer {
  /** Layers it may import, beside itself. */
  readonly below: readonly string[];
  /** May use `Deno` and the modules of Node.js that do I/O. */
  readonly io?: true;
  /** May speak to the network by the modules of Node.js. */
  readonly network?: true;
  /** Packages it may import; any of `deno.json` if not said. */
  readonly packages?: readonly RegExp[];
}

const DRIVERS = /^mongodb(-connection-string-url)?(\/|$)/;
const COMMAND_LINE = /^@(cliffy|std\/cli)(\/|$)/;
const DATA = ["core", "bson", "io", "mongodump", "profile"];
const ENGINE = [...DATA, "connectors", "transfer", "exporters"];

/** What each folder of `src` may use. */
const LAYERS: Readonly<Record<string, Layer>> = {
  core: { below: [], packages: [] },
  bson: { below: ["core"] },
  io: { below: ["core", "bson"], io: true },
  mongodump: { below: ["core", "bson"] },
  profile: { below: ["core", "bson", "io"] },
  connectors: { below: [...DATA, "permissions"], network: true },
  transfer: { below: [...DATA, "connectors"] },
  exporters: { below: [...DATA, "connectors", "transfer"] },
  schema: { below: [...DATA, "transfer"] },
  inspect: { below: ["core", "bson", "mongodump"] },
  verify: { below: ["core", "bson", "io", "transfer"] },
  permissions: { below: ["core"], io: true },
  testing: { below: [...ENGINE, "schema", "permissions"], io: true },
  cli: { below: [...ENGINE, "inspect", "schema", "verify", "permissions"], io: true },
};

const NODE_IO =
  /^node:(fs|child_process|cluster|os|process|readline|repl|tty|worker_threads)(\/|$)/;
const NODE_NETWORK = /^node:(net|tls|https?|http2|dgram|dns)(\/|$)/;

/** Something that breaks a rule. */
export interface Violation {
  /** Path from the root, with `/`. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Which rule, in words. */
  readonly why: string;
}

interface File {
  readonly path: string;
  readonly scan: Scan;
}

async function* sourcePaths(root: string, at: string): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(`${root}/${at}`));
  for (const { name, isDirectory } of entries.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    if (isDirectory) yield* sourcePaths(root, `${at}/${name}`);
    else if (/\.tsx?$/.test(name)) yield `${at}/${name}`;
  }
}

/** `../core/mod.ts` seen from `src/io/open.ts` → `src/core/mod.ts`. */
function resolve(specifier: string, from: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

const isRelative = (specifier: string) => /^\.{1,2}\//.test(specifier);

/** `src/connectors/bson/mod.ts` → its layer and, in it, its folder. */
function place(path: string): { layer: string | undefined; folder: string | undefined } {
  const [top, layer, folder, ...rest] = path.split("/");
  if (top !== "src" || folder === undefined) return { layer: undefined, folder: undefined };
  return { layer, folder: rest.length ? folder : undefined };
}

function relativeProblem(path: string, target: string): string | undefined {
  const from = place(path);
  const to = place(target);
  if (from.layer === undefined) return undefined;
  // Its version and the like.
  if (from.layer === "cli" && target === "deno.json") return undefined;
  if (to.layer === undefined) return `src must not import ${target}, which is outside of src`;
  if (to.layer !== from.layer) {
    if (LAYERS[from.layer]!.below.includes(to.layer)) return undefined;
    return `${from.layer} must not import ${to.layer} (${target})`;
  }
  if (from.layer !== "connectors" || to.folder === from.folder) return undefined;
  if (from.folder !== undefined) {
    if (to.folder !== undefined) {
      return `connector ${from.folder} must not import connector ${to.folder}`;
    }
    const isList = target === "src/connectors/all.ts";
    return isList ? `connector ${from.folder} must not import the list of connectors` : undefined;
  }
  if (path === "src/connectors/all.ts" && target.endsWith("/descriptor.ts")) return undefined;
  return path === "src/connectors/all.ts"
    ? `the list of connectors imports descriptors only, not ${target}`
    : `what connectors share must not import connector ${to.folder}`;
}

function packageProblem(path: string, specifier: string, names: readonly string[]) {
  const { layer, folder } = place(path);
  if (/^(npm|jsr|https?|file|data):/.test(specifier)) {
    return `"${specifier}" names its registry: use a bare name of deno.json`;
  }
  if (layer === undefined) return undefined;
  const rules = LAYERS[layer]!;
  if (specifier.startsWith("node:")) {
    if (layer === "core") return `core must not use ${specifier}`;
    const refused = NODE_IO.test(specifier) && !rules.io ||
      NODE_NETWORK.test(specifier) && !rules.io && !rules.network;
    return refused ? `${layer} must not do I/O: ${specifier}` : undefined;
  }
  if (!names.includes(specifier)) return `"${specifier}" is not among the imports of deno.json`;
  if (rules.packages !== undefined) return `${layer} must not import the package "${specifier}"`;
  if (specifier.startsWith("@datahood/")) return `src must not import itself by name`;
  if (COMMAND_LINE.test(specifier) && layer !== "cli") {
    return `only cli may import "${specifier}", ${layer} must not`;
  }
  const driver = specifier.startsWith("mongodb-") ? layer === "connectors" : folder === "mongodb";
  if (DRIVERS.test(specifier) && !driver && layer !== "testing") {
    return `only connectors/mongodb may import the driver, ${path} must not`;
  }
  return undefined;
}

/** What the list of connectors loads before one is chosen must not include a driver or a connector. */
function* eagerProblems(files: ReadonlyMap<string, File>): Generator<Violation> {
  const start = "src/connectors/all.ts";
  const seen = new Set<string>([start]);
  for (const path of seen) {
    for (const { specifier, line, typeOnly, dynamic } of files.get(path)?.scan.imports ?? []) {
      if (typeOnly || dynamic) continue;
      const target = isRelative(specifier) ? resolve(specifier, path) : specifier;
      const isConnector = /^src\/connectors\/[^/]+\/mod\.ts$/.test(target);
      if (/^(mongodb|bson)(\/|$)/.test(target) || isConnector) {
        const why = `${start} loads this file, so it must not load ${target} before it is needed`;
        yield { file: path, line, why };
      } else if (files.has(target)) {
        seen.add(target);
      }
    }
  }
}

function importProblem(path: string, { specifier }: Import, names: readonly string[]) {
  if (isRelative(specifier)) return relativeProblem(path, resolve(specifier, path));
  return packageProblem(path, specifier, names);
}

/**
 * Checks a tree.
 *
 * @param root The directory with `deno.json` and `src`.
 * @returns What breaks a rule, in the order of the files.
 */
export async function findViolations(root: string): Promise<Violation[]> {
  const config = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const names = Object.keys(config.imports ?? {});
  const files = new Map<string, File>();
  for (const top of ["src", "tests"]) {
    if (!await Deno.stat(`${root}/${top}`).then(() => true, () => false)) continue;
    for await (const path of sourcePaths(root, top)) {
      files.set(path, { path, scan: scanSource(await Deno.readTextFile(`${root}/${path}`)) });
    }
  }
  const found: Violation[] = [];
  for (const { path, scan } of files.values()) {
    const { layer } = place(path);
    if (layer !== undefined && LAYERS[layer] === undefined) {
      found.push({ file: path, line: 1, why: `${layer} is not a layer` });
      continue;
    }
    for (const one of scan.imports) {
      const why = importProblem(path, one, names);
      if (why !== undefined) found.push({ file: path, line: one.line, why });
    }
    if (layer === undefined || LAYERS[layer]!.io) continue;
    for (const line of scan.denoLines) {
      found.push({ file: path, line, why: `${layer} must not use Deno` });
    }
  }
  return [...found, ...eagerProblems(files)];
}

if (import.meta.main) {
  const violations = await findViolations(Deno.args[0] ?? ".");
  const text = violations.map(({ file, line, why }) => `${file}:${line}: ${why}\n`).join("");
  Deno.stdout.writeSync(new TextEncoder().encode(text || "layers: ok\n"));
  Deno.exit(violations.length ? 1 : 0);
}
