/** Modules of the standard library; the others stand apart, as isort has it. */
const STANDARD: ReadonlySet<string> = new Set(["datetime", "typing"]);

/** What a Python module imports. */
export class PythonImports {
  readonly #names = new Map<string, Set<string>>();

  /** Has a name imported, and gives it. */
  use(module: string, name: string): string {
    const names = this.#names.get(module) ?? new Set();
    names.add(name);
    this.#names.set(module, names);
    return name;
  }

  /** Whether anything of a module is imported. */
  has(module: string): boolean {
    return this.#names.has(module);
  }

  /** The lines, a blank one before each group. */
  lines(): string[] {
    const modules = [...this.#names.keys()].sort();
    const groups = [
      modules.filter((name) => STANDARD.has(name)),
      modules.filter((name) => !STANDARD.has(name)),
    ];
    return groups.filter((group) => group.length > 0)
      .flatMap((group) => ["", ...group.flatMap((module) => this.#line(module))]);
  }

  #line(module: string): string[] {
    const names = [...this.#names.get(module)!]
      .sort((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1);
    const line = `from ${module} import ${names.join(", ")}`;
    if (line.length <= 88) return [line];
    return [`from ${module} import (`, ...names.map((name) => `    ${name},`), ")"];
  }
}
