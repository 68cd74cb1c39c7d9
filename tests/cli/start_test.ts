import { assert, assertEquals } from "@std/assert";
import { NAMES } from "./_deno.ts";
import { sourceTest } from "./_run_cli.ts";

interface Info {
  readonly roots: readonly string[];
  readonly redirects: Readonly<Record<string, string>>;
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier: string };
    }[];
  }[];
}

/** The modules that are loaded before anything runs: all that is imported, but not on use. */
async function loadedAtStart(module: string): Promise<Set<string>> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", ...NAMES, new URL(`../../${module}`, import.meta.url).href],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const info: Info = JSON.parse(new TextDecoder().decode(stdout));
  const modules = new Map(info.modules.map((module) => [module.specifier, module]));
  const found = new Set<string>();
  const queue = [...info.roots];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    name = info.redirects[name] ?? name;
    if (found.has(name)) continue;
    found.add(name);
    for (const { code, isDynamic } of modules.get(name)?.dependencies ?? []) {
      if (code !== undefined && isDynamic !== true) queue.push(code.specifier);
    }
  }
  return found;
}

sourceTest("datahood --help loads no driver, no BSON library and no connector", async () => {
  const loaded = await loadedAtStart("cli.ts");
  assert(loaded.size > 5, "the graph was not read");
  const heavy = [...loaded].filter((name) =>
    /mongodb|\bbson|whatwg|src\/(?:connectors|transfer|io|bson|exporters)\//.test(name) &&
    !/connectors\/_nearest\.ts$/.test(name)
  );
  assertEquals(heavy, []);
});

sourceTest("an import of the library loads no driver before something connects", async () => {
  const loaded = await loadedAtStart("mod.ts");
  assert([...loaded].some((name) => name.endsWith("src/connectors/mongodb/connect.ts")));
  assertEquals([...loaded].filter((name) => /^npm:\/?mongodb(?:@|\/)/.test(name)), []);
});
