import { deserialize } from "bson";
import { fromFileUrl } from "@std/path";
import ts from "typescript";
import type { GeneratorJudge } from "../../../src/testing/generators.ts";
import { literalOf } from "./_literal.ts";

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  verbatimModuleSyntax: true,
  isolatedDeclarations: true,
  declaration: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts"],
  types: [],
};

/** The types that the text's import is of, as they are published. */
const MODULES: Readonly<Record<string, string>> = {
  mongodb: fromFileUrl(new URL("../mongodb.d.ts", import.meta.resolve("mongodb"))),
  bson: fromFileUrl(new URL("../bson.d.ts", import.meta.resolve("bson"))),
};

/** Parsed once: they are large, and do not change. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** How documents are decoded. */
export type Decode = (bytes: Uint8Array) => unknown;

/** As the driver does by default, but for text that is not UTF-8, at which it would throw. */
export const decodeAsDriver: Decode = (bytes) =>
  deserialize(bytes, { validation: { utf8: false } });

/**
 * Judges TypeScript: the compiler says what is wrong with a text, and whether documents that are
 * written as constants of its type compile. A field that the type does not know is an error too.
 *
 * @param decode How the documents are decoded that the types are for.
 */
export function judge(decode: Decode = decodeAsDriver): Promise<GeneratorJudge> {
  return Promise.resolve({
    kind: "typescript",
    maxDocuments: 100,
    compile(texts) {
      const files = new Map(texts.map((text, i) => [`/text${i}.ts`, text]));
      return Promise.resolve(diagnose(files).slice(0, texts.length));
    },
    accept(text, model, documents) {
      const files = new Map([["/text.ts", text]]);
      documents.forEach((bytes, i) => {
        files.set(
          `/document${i}.ts`,
          `import * as m from "mongodb";\nimport type { ${model.root.name} } from "./text.ts";\n` +
            `export const used: unknown = m;\n` +
            `export const document: ${model.root.name} = ${literalOf(decode(bytes))};\n`,
        );
      });
      const [own, ...problems] = diagnose(files);
      if (own !== undefined) throw new Error(`the text itself does not compile: ${own}`);
      return Promise.resolve(problems);
    },
  });
}

/** For each file the first thing that is wrong with it. */
function diagnose(files: ReadonlyMap<string, string>): (string | undefined)[] {
  const options = { ...OPTIONS, allowImportingTsExtensions: true };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, target) => {
    const text = files.get(name);
    if (text !== undefined) return ts.createSourceFile(name, text, target);
    if (!parsed.has(name)) parsed.set(name, read(name, target));
    return parsed.get(name);
  };
  host.fileExists = (name) => files.has(name);
  host.getCurrentDirectory = () => "/";
  host.resolveModuleNameLiterals = (literals) =>
    literals.map(({ text }) => {
      const own = text.startsWith("./") ? text.slice(1) : undefined;
      const path = own !== undefined && files.has(own) ? own : MODULES[text];
      if (path === undefined) return { resolvedModule: undefined };
      const extension = path.endsWith(".d.ts") ? ts.Extension.Dts : ts.Extension.Ts;
      return { resolvedModule: { resolvedFileName: path, extension } };
    });
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].map((name) => {
    const file = program.getSourceFile(name)!;
    const first = [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
      ...program.getDeclarationDiagnostics(file),
    ][0];
    if (first === undefined) return undefined;
    const at = first.file?.getLineAndCharacterOfPosition(first.start ?? 0).line ?? 0;
    const line = (files.get(name) ?? "").split("\n")[at] ?? "";
    const message = ts.flattenDiagnosticMessageText(first.messageText, "\n");
    return `TS${first.code} ${message}\n  ${line.slice(0, 200)}`;
  });
}
