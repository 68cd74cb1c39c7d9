import { fromFileUrl, join } from "@std/path";
import { findPython, MYPY_ARGS, MYPY_CACHE } from "../../../scripts/python_tools.ts";
import { pythonTypeName } from "../../../src/schema/gen/_python_names.ts";
import type { SchemaModel } from "../../../src/schema/mod.ts";

const WORKER = fromFileUrl(new URL("_worker.py", import.meta.url));

const CONSTANT_IMPORTS = `import bson
import datetime as _datetime
from bson import ObjectId`;

/** Judges Python types: mypy compiles them, and Pydantic says which documents they take. */
export class PythonJudge {
  /** At most so many documents a call. */
  readonly maxDocuments = 5000;
  /** The generator's kind. */
  readonly kind: string;
  readonly #python: string;
  readonly #folder: string;
  #worker: Worker | undefined;
  #count = 0;

  private constructor(kind: string, python: string, folder: string) {
    this.kind = kind;
    this.#python = python;
    this.#folder = folder;
  }

  /** Creates one, with a folder of its own. */
  static async create(kind: string): Promise<PythonJudge> {
    const python = await findPython();
    const folder = await Deno.makeTempDir({ prefix: "datahood_python_" });
    await copyFolder(MYPY_CACHE, join(folder, "mypy"));
    return new PythonJudge(kind, python, folder);
  }

  /** What `mypy --strict`, then importing it, says of each text. */
  async compile(texts: readonly string[]): Promise<(string | undefined)[]> {
    const files = await Promise.all(texts.map((text) => this.#write(text)));
    const problems = await this.#mypy(files);
    const imported = await this.#ask<(string | null)[]>({ do: "import", files });
    return files.map((_, i) => problems[i] ?? imported[i] ?? undefined);
  }

  /** Why each document is refused by the one collection's types. */
  accept(
    text: string,
    model: SchemaModel,
    documents: readonly Uint8Array[],
  ): Promise<(string | undefined)[]> {
    return this.#each("accept", text, model, documents);
  }

  /** For each document how a Pydantic model of it differs from it, if it does. */
  again(
    text: string,
    model: SchemaModel,
    documents: readonly Uint8Array[],
  ): Promise<(string | undefined)[]> {
    return this.#each("again", text, model, documents);
  }

  async #each(
    what: string,
    text: string,
    model: SchemaModel,
    documents: readonly Uint8Array[],
  ): Promise<(string | undefined)[]> {
    const results = await this.#ask<(string | null)[]>({
      do: what,
      kind: this.kind,
      file: await this.#write(text),
      root: pythonTypeName(model.root.name),
      documents: await this.#writeDocuments(documents),
    });
    return results.map((result) => result ?? undefined);
  }

  /** What `mypy --strict` says of each text with some documents written as constants of its type. */
  async constants(
    sets: readonly { text: string; model: SchemaModel; documents: readonly Uint8Array[] }[],
  ): Promise<(string | undefined)[]> {
    const files: string[] = [];
    for (const { text, model, documents } of sets) {
      const values = await this.#ask<string[]>({
        do: "constants",
        documents: await this.#writeDocuments(documents),
      });
      const root = pythonTypeName(model.root.name);
      const lines = values.map((value, i) => `constant_${i}: ${root} = ${value}`);
      files.push(await this.#write(`${text}\n${CONSTANT_IMPORTS}\n\n${lines.join("\n")}\n`));
    }
    return await this.#mypy(files);
  }

  /** Ends the worker and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.stop();
    this.#worker = undefined;
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #write(text: string): Promise<string> {
    const path = join(this.#folder, `types_${this.#count++}.py`);
    await Deno.writeTextFile(path, text);
    return path;
  }

  async #writeDocuments(documents: readonly Uint8Array[]): Promise<string> {
    const path = join(this.#folder, `documents_${this.#count++}.bson`);
    using file = await Deno.open(path, { write: true, createNew: true });
    for (const document of documents) {
      for (let at = 0; at < document.length;) at += await file.write(document.subarray(at));
    }
    return path;
  }

  /** One run over all files; again without those whose syntax keeps it from reading the rest. */
  async #mypy(files: readonly string[]): Promise<(string | undefined)[]> {
    const problems = new Map<string, string>();
    for (let left = [...files]; left.length > 0;) {
      const { stdout, stderr, code } = await new Deno.Command(this.#python, {
        args: [
          ...MYPY_ARGS,
          "--show-absolute-path",
          "--cache-dir",
          join(this.#folder, "mypy"),
          ...left,
        ],
        stdout: "piped",
        stderr: "piped",
        env: { PYTHONUTF8: "1" },
      }).output();
      if (code === 0) break;
      const text = new TextDecoder();
      const before = problems.size;
      const said = text.decode(stdout);
      for (const line of said.split("\n")) {
        const found = /^(.*types_\d+\.py):(.*)$/.exec(line);
        if (found === null || found[2]!.includes(": note:")) continue;
        const file = left.find((file) => found[1]!.endsWith(file.slice(-20)));
        if (file !== undefined && !problems.has(file)) problems.set(file, `line ${found[2]}`);
      }
      if (problems.size === before) throw new Error(`mypy failed: ${said}${text.decode(stderr)}`);
      if (code === 1) break;
      left = left.filter((file) => !problems.has(file));
    }
    return files.map((file) => problems.get(file));
  }

  #ask<T>(request: Record<string, unknown>): Promise<T> {
    this.#worker ??= new Worker(this.#python);
    return this.#worker.ask(request) as Promise<T>;
  }
}

/** A Python that answers a line of JSON with another; it starts once, for that takes a second. */
class Worker {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(python: string) {
    this.#child = new Deno.Command(python, {
      args: ["-B", WORKER],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
      env: { PYTHONUTF8: "1" },
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async ask(request: unknown): Promise<unknown> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const parts = [this.#rest];
    while (!parts.at(-1)!.includes("\n")) {
      const { value, done } = await this.#output.read();
      if (done) throw new Error("the Python that judges ended");
      parts.push(value);
    }
    const text = parts.join("");
    const end = text.indexOf("\n");
    this.#rest = text.slice(end + 1);
    const answer: { result?: unknown; error?: string } = JSON.parse(text.slice(0, end));
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result;
  }

  async stop(): Promise<void> {
    await this.#input.close();
    await this.#output.cancel();
    await this.#child.status;
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}
