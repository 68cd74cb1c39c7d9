import { deserialize } from "bson";
import { join, toFileUrl } from "@std/path";
import type { ZodType } from "zod";
import type { GeneratorJudge } from "../../../src/testing/generators.ts";
import { checkTypes } from "./_deno_check.ts";

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
