/**
 * What a package is on JSR, made from its tree.
 *
 * @module
 */
import { join } from "@std/path";
import ts from "typescript";

/** A file that a registry answers with. */
export interface PublishedFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its `content-type`. */
  readonly type: string;
}

/** The part of `deno.json` that publishing reads. */
export interface PackageConfig {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

const TYPES: Readonly<Record<string, string>> = {
  ts: "text/typescript",
  js: "text/javascript",
  json: "application/json",
  md: "text/markdown",
};

/** The place of a bare name; `undefined` for what is none. */
function placeOf(specifier: string, { imports }: PackageConfig): string | undefined {
  if (/^(?:\.|[a-z]+:)/.test(specifier)) return undefined;
  const prefix = Object.keys(imports).find((name) =>
    name.endsWith("/") && specifier.startsWith(name)
  );
  const place = imports[specifier] ??
    (prefix && imports[prefix]! + specifier.slice(prefix.length));
  if (place === undefined || !/^(?:jsr|npm):/.test(place)) {
    throw new Error(
      `Cannot publish an import of "${specifier}": deno.json names no package for it`,
    );
  }
  return place;
}

/**
 * Puts the place of a package for its bare name in each import of a module, as publishing does: a
 * package on JSR has no import map.
 *
 * @param text The module.
 * @param config What the names stand for.
 * @returns The module with `jsr:` and `npm:` specifiers.
 * @throws {Error} If a name stands for no package.
 */
export function withPlaces(text: string, config: PackageConfig): string {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  let result = text;
  // From the end on, so that what is before keeps its place.
  for (const { fileName, pos } of [...importedFiles].sort((a, b) => b.pos - a.pos)) {
    const place = placeOf(fileName, config);
    if (place === undefined) continue;
    const start = text.indexOf(fileName, pos);
    result = result.slice(0, start) + place + result.slice(start + fileName.length);
  }
  return result;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

function json(value: unknown): PublishedFile {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return { bytes, type: "application/json" };
}

/**
 * All that a registry answers about one version of a package.
 *
 * @param tree The folder with its `deno.json`.
 * @param paths The files that are published, from that folder on.
 * @returns What is answered, by path.
 */
export async function publishedFiles(
  tree: string,
  paths: readonly string[],
): Promise<Map<string, PublishedFile>> {
  const config: PackageConfig = JSON.parse(await Deno.readTextFile(join(tree, "deno.json")));
  const { name, version, exports } = config;
  const answers = new Map<string, PublishedFile>();
  const manifest: Record<string, { size: number; checksum: string }> = {};
  for (const path of paths) {
    const ending = path.slice(path.lastIndexOf(".") + 1);
    let bytes = await Deno.readFile(join(tree, path));
    if (ending === "ts" || ending === "js") {
      const text = withPlaces(new TextDecoder().decode(bytes), config);
      bytes = new TextEncoder().encode(text);
    }
    answers.set(`/${name}/${version}/${path}`, { bytes, type: TYPES[ending] ?? "text/plain" });
    manifest[`/${path}`] = { size: bytes.length, checksum: `sha256-${await sha256(bytes)}` };
  }
  // Old enough for those who wait before they take a new version.
  const versions = { [version]: { createdAt: "2020-01-01T00:00:00Z" } };
  const [scope, own] = name.slice(1).split("/");
  answers.set(`/${name}/meta.json`, json({ scope, name: own, latest: version, versions }));
  answers.set(`/${name}/${version}_meta.json`, json({ exports, manifest }));
  return answers;
}
