import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, relative } from "@std/path";
import ts from "typescript";

const SOURCE = new URL("../../src/", import.meta.url);

async function* modules(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* modules(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) yield new URL(name, folder);
  }
}

/** The texts that an expression may be, `…` where something is put in. */
function texts(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return texts(node.expression);
  if (ts.isTemplateExpression(node)) {
    return [node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("")];
  }
  if (ts.isConditionalExpression(node)) return [...texts(node.whenTrue), ...texts(node.whenFalse)];
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return texts(node.left).flatMap((left) => texts(node.right).map((right) => left + right));
  }
  if (
    ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken
  ) {
    return [...texts(node.left), ...texts(node.right)];
  }
  return ["…"];
}

/** Every hint of a module, with its line. */
function hintsOf(path: string, text: string): { at: string; hint: string }[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: { at: string; hint: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === "hint") {
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      for (const hint of texts(node.initializer)) found.push({ at: `${path}:${line}`, hint });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

Deno.test("every hint begins with a small letter, and no full stop ends it", async () => {
  const wrong: string[] = [];
  let count = 0;
  for await (const module of modules(SOURCE)) {
    const path = relative(fromFileUrl(SOURCE), fromFileUrl(module));
    for (const { at, hint } of hintsOf(path, await Deno.readTextFile(module))) {
      count++;
      // Names keep their capitals: MongoDB, SCRAM.
      if (/^(?:A|[A-Z][a-z]+)[ ,:;.]/.test(hint) || /(?:^|[^.])\.$/.test(hint) || hint === "") {
        wrong.push(`${at}: ${hint}`);
      }
    }
  }
  assertEquals(wrong, []);
  assert(count > 200, `only ${count} hints were found`);
});

Deno.test("hintsOf() finds hints however they are put together", () => {
  const text =
    `f({ hint: a ? "x" : \`y \${b}\` + ("z" + c) }, { hint: d ?? "w" }); const other = "Hint.";`;
  assertEquals(hintsOf("a.ts", text).map(({ hint }) => hint), ["x", "y …z…", "…", "w"]);
});
