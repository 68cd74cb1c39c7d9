/**
 * Writes the bill of materials of what is shipped, from the lock file: CycloneDX 1.6 as JSON.
 * `deno run -A scripts/sbom.ts [--out dist/datahood.cdx.json]`.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dirname, join } from "@std/path";
import config from "../deno.json" with { type: "json" };
import { ROOT, say } from "./_run.ts";

/** The parts of `deno.lock` (version 5) that are read. */
interface Lock {
  readonly version: string;
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm?: Readonly<
    Record<string, { readonly integrity: string; readonly dependencies?: readonly string[] }>
  >;
}

/** What the shipped code imports, of all that the lock file has for tests and benchmarks too. */
export const SHIPPED: readonly string[] = [
  "bson",
  "deno-std",
  "mongodb",
  "mongodb-connection-string-url",
];

/** The key in `lock.npm` of a dependency, which is written without its version where only one is there. */
function lockKey(lock: Lock, dependency: string): string {
  const npm = lock.npm ?? {};
  if (npm[dependency] !== undefined) return dependency;
  const found = Object.keys(npm).find((key) => nameOf(key) === dependency);
  if (found === undefined) throw new Error(`Cannot find "${dependency}" in the lock file`);
  return found;
}

function nameOf(key: string): string {
  return key.slice(0, key.indexOf("@", 1));
}

/** All packages that the shipped ones lead to, by their keys in the lock file. */
function reached(lock: Lock): string[] {
  const keys = new Set<string>();
  const visit = (key: string) => {
    if (keys.has(key)) return;
    keys.add(key);
    for (const name of lock.npm?.[key]?.dependencies ?? []) visit(lockKey(lock, name));
  };
  for (const name of SHIPPED) {
    const specifier = Object.keys(lock.specifiers).find((text) => text.startsWith(`npm:${name}@`));
    if (specifier === undefined) throw new Error(`Cannot find "${name}" in the lock file`);
    visit(`${name}@${lock.specifiers[specifier]}`);
  }
  return [...keys].sort();
}

/** A package URL: a scope's `@` is percent-encoded. */
function purl(key: string): string {
  const at = key.indexOf("@", 1);
  // Behind a `_` stand the versions of its peers.
  const version = key.slice(at + 1).split("_")[0];
  return `pkg:npm/${key.slice(0, at).replace("@", "%40")}@${version}`;
}

/**
 * The bill of materials.
 *
 * @param lockText The text of `deno.lock`.
 * @returns The document; the same for the same lock file and version.
 */
export function billOfMaterials(lockText: string): object {
  const lock: Lock = JSON.parse(lockText);
  if (lock.version !== "5") {
    throw new Error(`Cannot read a lock file of version ${lock.version}: 5 is known`);
  }
  const keys = reached(lock);
  const own = `pkg:npm/%40datahood/cli@${config.version}`;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": own,
        name: config.name,
        version: config.version,
        licenses: [{ license: { id: config.license } }],
        purl: own,
      },
    },
    components: keys.map((key) => {
      const [algorithm, base64] = lock.npm![key]!.integrity.split("-") as [string, string];
      return {
        type: "library",
        "bom-ref": purl(key),
        name: nameOf(key),
        version: purl(key).split("@").at(-1)!,
        purl: purl(key),
        hashes: [{
          alg: algorithm.replace("sha", "SHA-"),
          content: Array.from(
            atob(base64),
            (c) => c.charCodeAt(0).toString(16).padStart(2, "0"),
          ).join(""),
        }],
      };
    }),
    dependencies: [
      {
        ref: own,
        dependsOn: SHIPPED.map((name) => purl(keys.find((key) => nameOf(key) === name)!)),
      },
      ...keys.map((key) => ({
        ref: purl(key),
        dependsOn: (lock.npm![key]!.dependencies ?? []).map((name) => purl(lockKey(lock, name))),
      })),
    ],
  };
}

/**
 * Writes the bill of materials.
 *
 * @param out The file.
 */
export async function writeBillOfMaterials(out: string): Promise<void> {
  const bill = billOfMaterials(await Deno.readTextFile(join(ROOT, "deno.lock")));
  await Deno.mkdir(dirname(out), { recursive: true });
  await Deno.writeTextFile(out, `${JSON.stringify(bill, null, 2)}\n`);
}

if (import.meta.main) {
  const { out } = parseArgs(Deno.args, {
    string: ["out"],
    default: { out: "dist/datahood.cdx.json" },
  });
  await writeBillOfMaterials(join(ROOT, out));
  say(`wrote ${out}`);
}
