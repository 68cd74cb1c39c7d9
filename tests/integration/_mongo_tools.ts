/** The real mongodump and mongorestore, where they are. */
import { join } from "@std/path";

const SUFFIX = Deno.build.os === "windows" ? ".exe" : "";
const say = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));

/** The two programs. */
export interface MongoTools {
  /** Path of mongodump. */
  readonly mongodump: string;
  /** Path of mongorestore. */
  readonly mongorestore: string;
}

async function find(): Promise<MongoTools | undefined> {
  const named = Deno.env.get("DATAHOOD_TEST_MONGO_TOOLS");
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const folders = named ? [named] : (Deno.env.get("PATH") ?? "").split(separator);
  for (const folder of folders) {
    const mongodump = join(folder, `mongodump${SUFFIX}`);
    const mongorestore = join(folder, `mongorestore${SUFFIX}`);
    const both = await Promise.all(
      [mongodump, mongorestore].map((path) => Deno.stat(path).then((s) => s.isFile, () => false)),
    );
    if (both.every(Boolean)) return { mongodump, mongorestore };
  }
  if (named) {
    throw new Error(`DATAHOOD_TEST_MONGO_TOOLS: no mongodump and mongorestore in ${named}`);
  }
  say(
    "tests with the real tools are skipped: there is no mongodump and mongorestore on PATH, and " +
      "DATAHOOD_TEST_MONGO_TOOLS names no folder; they are in the MongoDB Database Tools, or made " +
      "from the repository mongodb/mongo-tools with go build",
  );
  return undefined;
}

/** The programs; `undefined` if they are not here, which was said. */
export const mongoTools = await find();

/** Runs one of them; what it says is in the error if it fails. */
export async function runTool(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${program} ${args.join(" ")} failed:\n${text}`);
  return text;
}
