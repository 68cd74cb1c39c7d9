import { deserialize } from "bson";
import { fromFileUrl, join, toFileUrl } from "@std/path";
import type { ZodType } from "zod";
import type { GeneratorJudge } from "../../../src/testing/generators.ts";

const ROOT = fromFileUrl(new URL("../../../", import.meta.url));

/** How documents are decoded. */
export type Decode = (bytes: Uint8Array) => unknown;

/** As the driver does by default, but for text that is not UTF-8, at which it would throw. */
export const decodeAsDriver: Decode = (bytes) =>
  deserialize(bytes, { validation: { utf8: false } });

/** Judges Zod schemas: `deno check` compiles them, and Zod says which decoded documents they take. */
export async function judge(decode: Decode = decodeAsDriver): Promise<GeneratorJudge> {
  const folder = await Deno.makeTempDir({ prefix: "datahood_zod_" });
  let count = 0;
  const write = async (text: string): Promise<string> => {
    const path = join(folder, `schema_${count++}.ts`);
    await Deno.writeTextFile(path, text);
    return path;
  };
  return {
    kind: "zod",
    async compile(texts) {
      const files = await Promise.all(texts.map(write));
      return await checkTypes(files);
    },
    async accept(text, _model, documents) {
      const schema = await loadSchema(await write(text), text);
      return documents.map((bytes) => {
        const { error } = schema.safeParse(decode(bytes));
        if (error === undefined) return undefined;
        const [{ path, message }] = error.issues as [typeof error.issues[number]];
        return `${path.join(".")}: ${message}`;
      });
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The schema of the document: the last one in its module. */
async function loadSchema(path: string, text: string): Promise<ZodType> {
  const name = [...text.matchAll(/^export const (\S+) = /gm)].at(-1)![1]!;
  const module: Record<string, ZodType> = await import(toFileUrl(path).href);
  return module[name]!;
}

/** The first thing that one run of `deno check` says of each file. */
async function checkTypes(files: readonly string[]): Promise<(string | undefined)[]> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "check",
      `--config=${join(ROOT, "deno.json")}`,
      `--import-map=${join(ROOT, "npm", "import_map.json")}`,
      "--no-lock",
      ...files,
    ],
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr);
  if (code === 0) return files.map(() => undefined);
  const problems = files.map((file) => {
    const at = said.indexOf(`    at ${toFileUrl(file).href}:`);
    if (at < 0) return undefined;
    const start = said.lastIndexOf("\n\n", at);
    return said.slice(start < 0 ? 0 : start, said.indexOf("\n", at)).trim();
  });
  if (problems.every((problem) => problem === undefined)) {
    // It could not even be read: which file it was is said in another way.
    return files.map((file) => said.includes(toFileUrl(file).href) ? said.trim() : undefined);
  }
  return problems;
}
