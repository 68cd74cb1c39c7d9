/**
 * Builds the npm package, for Node.js 20.19+ and Bun: `deno task build:npm [--out dist/npm]`.
 *
 * The code is what `deno bundle` makes of the three entries, in chunks, so that what is loaded on use
 * stays so; packages that npm has stay dependencies. Types are what TypeScript declares of the same modules.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dirname, join, relative, resolve } from "@std/path";
import ts from "typescript";
import config from "../deno.json" with { type: "json" };
import { deno, IMPORT_MAP, ROOT, say } from "./_run.ts";

/** The modules that the package exports, by the name it gives them. */
const ENTRIES: Readonly<Record<string, string>> = {
  ".": "mod.ts",
  "./cli": "cli.ts",
  "./testing": "src/testing/mod.ts",
};

/** Packages of npm that are left to npm, with the versions of the import map. */
const DEPENDENCIES = ["bson", "mongodb", "mongodb-connection-string-url"];
/** Imports of the code that stay imports. */
const EXTERNAL = [...DEPENDENCIES, "mongodb/lib/cmap/commands.js"];

/** What looks like a use of JavaScript that Node.js 20 lacks, and that cannot be replaced by its text. */
const NEWER =
  /\.(?:to|setFrom)(?:Hex|Base64)\(|\b(?:Uint8Array\.from(?:Hex|Base64)|RegExp\.escape|Promise\.try|Object\.groupBy)\(/;

/** `npm:name@1.2.3` taken apart. */
function npmSpecifier(text: string): [name: string, version: string] {
  const at = text.lastIndexOf("@");
  return [text.slice("npm:".length, at), text.slice(at + 1)];
}

async function bundle(out: string): Promise<void> {
  const code = await deno([
    "bundle",
    "--quiet",
    "--frozen",
    "--code-splitting",
    ...IMPORT_MAP,
    ...EXTERNAL.map((name) => `--external=${name}`),
    "--outdir",
    out,
    ...Object.values(ENTRIES),
  ]);
  if (code !== 0) throw new Error(`Cannot bundle: deno ended with ${code}`);
}

async function* filesOf(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* filesOf(path);
    else yield path;
  }
}

/** Gives each chunk what Node.js 20 has not, and npm's own names to its packages. */
async function adaptCode(out: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const entries = new Set(
    Object.values(ENTRIES).map((entry) => join(out, entry.replace(/\.ts$/, ".js"))),
  );
  for await (const path of filesOf(out)) {
    // Node.js 20 does not know `using`.
    let text = ts.transpileModule(await Deno.readTextFile(path), {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    }).outputText;
    text = text.replace(/(from |import\()"(npm:[^"]+)"/g, (_, before, specifier) => {
      const [name, version] = npmSpecifier(specifier);
      found.set(name, version);
      return `${before}"${name}"`;
    });
    text = text.replaceAll("Array.fromAsync(", "fromAsync(")
      .replaceAll("Promise.withResolvers(", "withResolvers(")
      .replaceAll("Map.groupBy(", "groupBy(");
    const newer = NEWER.exec(text)?.[0];
    if (newer !== undefined) throw new Error(`${path}: Node.js 20 has no ${newer}`);
    const used = ["Deno", "fromAsync", "groupBy", "withResolvers"]
      .filter((name) => new RegExp(`\\b${name}\\b`).test(text));
    const shim = relative(dirname(path), join(out, "runtime.js")).replaceAll("\\", "/");
    const from = shim.startsWith(".") ? shim : `./${shim}`;
    if (used.length > 0) text = `import { ${used.join(", ")} } from "${from}";\n${text}`;
    // What it adds to iterators has to be there before anything else runs.
    else if (entries.has(path)) text = `import "${from}";\n${text}`;
    await Deno.writeTextFile(path, text);
  }
  await Deno.copyFile(join(ROOT, "npm", "node", "runtime.js"), join(out, "runtime.js"));
  return found;
}

/** Writes the declarations of the entries and of all that they reach in `src`. */
async function declare(out: string): Promise<void> {
  const written = new Map<string, string>();
  const program = ts.createProgram({
    rootNames: Object.values(ENTRIES).map((path) => join(ROOT, path)),
    options: {
      strict: true,
      exactOptionalPropertyTypes: true,
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: ROOT,
      outDir: join(out, "types"),
      types: [],
    },
  });
  program.emit(undefined, (path, text) => {
    // A declaration names the module whose code it describes, and that is JavaScript here.
    written.set(path, text.replace(/(from |import\()"(\.[^"]+)\.ts"/g, '$1"$2.js"'));
  });
  for (const [path, text] of written) {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
}

function manifest(found: ReadonlyMap<string, string>): object {
  const versions = new Map(found);
  for (const name of DEPENDENCIES) {
    versions.set(...npmSpecifier((config.imports as Record<string, string>)[name]!));
  }
  versions.set("@deno/shim-deno", SHIM_VERSION);
  const exports = Object.entries(ENTRIES).map(([name, path]) => {
    const file = path.replace(/\.ts$/, "");
    return [name, { types: `./types/${file}.d.ts`, default: `./${file}.js` }];
  });
  return {
    name: config.name,
    version: config.version,
    description: "Move MongoDB documents, and get types from real data.",
    license: config.license,
    type: "module",
    exports: { ...Object.fromEntries(exports), "./package.json": "./package.json" },
    types: "./types/mod.d.ts",
    bin: { datahood: "./bin.js" },
    // What the driver takes, less those that lack `crc32` of `node:zlib`.
    engines: { node: "^20.19.0 || >=22.2.0" },
    repository: { type: "git", url: REPOSITORY },
    sideEffects: ["./runtime.js", "./cli.js", "./bin.js"],
    // Exact, as they were tested; the driver's internals that are used need it.
    dependencies: Object.fromEntries([...versions].sort(([a], [b]) => a < b ? -1 : 1)),
  };
}

const SHIM_VERSION = "0.19.2";
const REPOSITORY = "git+https://github.com/datahood/datahood.git";
const BIN = `#!/usr/bin/env node
import process from "node:process";
import { main } from "./cli.js";
process.exit(await main(process.argv.slice(2)));
`;

/**
 * Builds the package.
 *
 * @param out The folder it is built in; what was there is gone.
 */
export async function buildNpm(out: string): Promise<void> {
  await Deno.remove(out, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await bundle(out);
  const found = await adaptCode(out);
  await declare(out);
  await Deno.writeTextFile(join(out, "bin.js"), BIN, { mode: 0o755 });
  await Deno.writeTextFile(
    join(out, "package.json"),
    `${JSON.stringify(manifest(found), null, 2)}\n`,
  );
  for (const name of ["README.md", "LICENSE", "CHANGELOG.md"]) {
    await Deno.copyFile(join(ROOT, name), join(out, name));
  }
}

if (import.meta.main) {
  const { out } = parseArgs(Deno.args, { string: ["out"], default: { out: "dist/npm" } });
  await buildNpm(resolve(ROOT, out));
  say(`built ${out}: npm install there, or npm pack`);
}
