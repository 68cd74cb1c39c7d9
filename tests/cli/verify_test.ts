import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exampleBson, exampleDocument } from "./_documents.ts";
import { DUMP, makeFiles, METADATA, ORDERS, without } from "./_dumps.ts";
import { inFolder, permissionTest, runCli, say } from "./_run_cli.ts";

const COUNT = 200;
const BYTES = exampleBson(COUNT);

/** The same documents, the last first. */
function reversed(): Uint8Array {
  const documents = Array.from({ length: COUNT }, (_, i) => exampleDocument(COUNT - 1 - i));
  const bytes = new Uint8Array(BYTES.length);
  let at = 0;
  for (const document of documents) {
    bytes.set(document, at);
    at += document.length;
  }
  return bytes;
}

/** One bit flipped in the price of document 120: the bytes, and the offset of the document. */
function flipped(): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  let start = 0;
  for (let i = 0; i < 120; i++) start += exampleDocument(i).length;
  const name = [...new TextEncoder().encode("price\0")];
  const at = bytes.findIndex((_, i) => i > start && name.every((byte, j) => bytes[i + j] === byte));
  bytes[at + name.length]! ^= 4;
  return bytes;
}

Deno.test("datahood verify says that files of another order and compression are the same", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    await Deno.writeFile(`${cwd}/b.bson`, reversed());
    assertEquals((await runCli(["transfer", "b.bson", "b.bson.gz"], { cwd })).code, 0);
    const { code, out, err } = await runCli(["verify", "a.bson", "b.bson.gz"], { cwd });
    assertEquals([code, err], [0, ""]);
    assertStringIncludes(out, "a ↔ b");
    assertStringIncludes(out, "The same: 1 collection.");
  }));

Deno.test("datahood verify finds one flipped bit, names the _id and the path, and exits with 6", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    await Deno.writeFile(`${cwd}/b.bson`, flipped());
    const { code, out, err } = await runCli(["verify", "a.bson", "b.bson"], { cwd });
    assertEquals([code, err], [6, ""]);
    assertStringIncludes(out, "1 different, 0 only in a, 0 only in b");
    assertStringIncludes(
      out,
      '  different: _id {"$oid":"000000000000000000000078"} (document 120 of a, document 120 of b) ' +
        'at price: decimal {"$numberDecimal":"19.90"} ↔ decimal ',
    );
    const json = await runCli(["verify", "a.bson", "b.bson", "--json"], { cwd });
    assertEquals(json.code, 6);
    const { exitCode, same, collections } = JSON.parse(json.out);
    assertEquals([exitCode, same], [6, false]);
    const [shown] = collections[0].documents.shown;
    assertEquals([shown.id, shown.first.path], [{ $oid: "000000000000000000000078" }, "price"]);
    assertEquals(shown.first.a, { type: "decimal", value: { $numberDecimal: "19.90" } });
    const quiet = await runCli(["verify", "a.bson", "b.bson", "--quiet"], { cwd });
    assertEquals([quiet.code, quiet.out, quiet.err], [6, "", ""]);
    const few = await runCli(["verify", "a.bson", "b.bson", "--show", "0"], { cwd });
    assertStringIncludes(few.out, "and 1 more: --show COUNT");
  }));

Deno.test("datahood verify reads one side from a pipe, and names what differs in it", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    const same = await runCli(["verify", "a.bson", "-"], { cwd, stdin: reversed() });
    assertEquals([same.code, same.err], [0, ""]);
    const other = await runCli(["verify", "-", "a.bson"], { cwd, stdin: flipped() });
    assertEquals([other.code, other.err], [6, ""]);
    const found = 'different: _id {"$oid":"000000000000000000000078"} (document 120 of a, ' +
      "document 120 of b)";
    assertStringIncludes(other.out, `${found} at price: decimal `);
    const both = await runCli(["verify", "-", "-"], { cwd });
    assertEquals(both.code, 2);
    assertStringIncludes(both.err, "there is one standard input");
  }));

Deno.test("datahood verify keeps what memory does not hold in --temp-dir, and leaves nothing", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    await Deno.mkdir(`${cwd}/big`);
    const run = (...args: string[]) =>
      runCli(["verify", "a.bson", "-", "--memory", "4KiB", ...args], { cwd, stdin: flipped() });
    const without = await run();
    assertEquals(without.code, 6);
    assertStringIncludes(without.err, "Which documents differ cannot be told");
    assertStringIncludes(without.err, "--temp-dir");
    const { code, out, err } = await run("--temp-dir", "big");
    assertEquals([code, err], [6, ""]);
    assertStringIncludes(out, 'different: _id {"$oid":"000000000000000000000078"}');
    assertStringIncludes(out, " at price: decimal ");
    assertEquals(await Array.fromAsync(Deno.readDir(`${cwd}/big`)), []);
    const gone = await run("--temp-dir", "gone");
    assertEquals(gone.code, 1);
    assertStringIncludes(gone.err, 'the folder "gone" does not exist');
  }));

Deno.test("datahood verify shows bytes to the last where they differ by less than is shown", () =>
  inFolder(async (cwd) => {
    const bytes = exampleBson(20_000);
    await Deno.writeFile(`${cwd}/a.bson`, bytes);
    const last = new DataView(bytes.buffer, bytes.byteOffset);
    let start = 0, at = 0;
    while (at < bytes.length) [start, at] = [at, at + last.getInt32(at, true)];
    await Deno.writeFile(`${cwd}/b.bson`, bytes.subarray(0, start));
    const { code, out } = await runCli(["verify", "a.bson", "b.bson"], { cwd });
    assertEquals(code, 6, out);
    const count = (bytes: number) => `${bytes.toLocaleString("en-US")} B`;
    assertStringIncludes(out, `${count(bytes.length)} ↔ ${count(start)}`);
  }));

Deno.test("datahood verify fails on what is cut short or not there, and does not call it different", () =>
  inFolder(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bson`, BYTES);
    await Deno.writeFile(`${cwd}/b.bson`, BYTES.subarray(0, BYTES.length - 10));
    const cut = await runCli(["verify", "a.bson", "b.bson"], { cwd });
    assertEquals([cut.code, cut.out], [3, ""]);
    assertStringIncludes(cut.err, "document 199");
    assertStringIncludes(cut.err, "b.bson");
    const gone = await runCli(["verify", "a.bson", "c.bson"], { cwd });
    assertEquals(gone.code, 3);
    // Nothing listens there, and nobody is asked before the certificate was read.
    const server = "mongodb://127.0.0.1:1/shop.orders";
    for (const sides of [[server, "a.bson"], ["a.bson", `${server}?tls=true&tlsCAFile=no.pem`]]) {
      const { code, err } = await runCli(["verify", ...sides, "--connect-timeout", "1s"], { cwd });
      assertEquals(code, 3, err);
      assertMatch(
        err,
        /no server answers at 127\.0\.0\.1:1|cannot read "no\.pem": there is no such file/,
      );
    }
    const words = await runCli(["verify", "a.bson"], { cwd });
    assertEquals(words.code, 2);
    const unknown = await runCli(["verify", "a.bson", "orders.x"], { cwd });
    assertEquals(unknown.code, 2);
    assertStringIncludes(unknown.err, "hint: --format-b bson says it");
  }));

Deno.test("datahood verify does not call two dumps the same that lack the same file", () =>
  inFolder(async (cwd) => {
    const people = {
      "shop/people.bson": ORDERS[0]!,
      "shop/people.metadata.json": METADATA.replace('"orders"', '"people"'),
    };
    const cut = without({ ...DUMP, ...people }, "shop/people.bson");
    for (const side of ["a", "b"]) await makeFiles(`${cwd}/${side}`, cut);
    const both = await runCli(["verify", "a/", "b/"], { cwd });
    assertEquals(both.code, 6, both.err);
    const out = both.out.replaceAll("\\", "/");
    for (const side of ["a", "b"]) {
      assertStringIncludes(out, `  "${side}/shop/people.bson" is missing\n`);
    }
    assert(/^shop\.people +in neither$/m.test(out), out);
    assertStringIncludes(out, "Not compared: 1 of 3 collections in a/ and b/: its documents are");
    assertStringIncludes(out, "--exclude 'shop.people' compares the rest");
    const json = await runCli(["verify", "a/", "b/", "--json", "--quiet"], { cwd });
    assertEquals(json.code, 6, json.err);
    const { same, collections } = JSON.parse(json.out);
    assertEquals(same, false);
    const lost = collections.filter(({ status }: { status: string }) => status !== "same");
    assertEquals([lost.length, lost[0].status], [1, "lost"]);
    const paths = [lost[0].lost.a.path, lost[0].lost.b.path];
    assertEquals(
      paths.map((path) => path.replaceAll("\\", "/")),
      ["a/shop/people.bson", "b/shop/people.bson"],
    );
    // Both ways out that the hint names.
    const rest = await runCli(["verify", "a/", "b/", "--exclude", "shop.people"], { cwd });
    assertEquals(rest.code, 0, rest.err);
    await makeFiles(cwd, { "a/shop/people.bson": "" });
    const one = await runCli(["verify", "a/", "b/"], { cwd });
    assertEquals(one.code, 6, one.err);
    assert(/^shop\.people +only in a +0 /m.test(one.out), one.out);
    await makeFiles(cwd, { "b/shop/people.bson": "" });
    const empty = await runCli(["verify", "a/", "b/"], { cwd });
    assertEquals(empty.code, 0, empty.err);
  }));

Deno.test("datahood verify compares a dump with its archive, views and indexes too", async () => {
  const data = new URL("../../../shared/data/", import.meta.url);
  if (!await Deno.stat(data).then(() => true, () => false)) {
    return say("skipped: real data is not there (../shared/data beside the project)");
  }
  const path = (name: string) => decodeURIComponent(new URL(name, data).pathname);
  const ends = [path("dump-gzip"), path("demo.archive.gz")];
  const whole = await runCli(["verify", ...ends, "--json"]);
  assertEquals(whole.code, 0, whole.err);
  const { same, collections } = JSON.parse(whole.out);
  assertEquals([same, collections.length], [true, 9]);
  for (const { definitions } of collections) assertEquals(definitions, "compared");
  const shown = async (...ignored: string[]) => {
    const { out, err } = await runCli(["verify", ...ends, "--include", "books", ...ignored]);
    return /^demo\.books.* {2}(.+)$/m.exec(out)?.[1] ?? out + err;
  };
  assertEquals(await shown(), "same");
  assertEquals(await shown("--ignore-indexes"), "options same");
  assertEquals(await shown("--ignore-options"), "indexes same");
  assertEquals(await shown("--ignore-options", "--ignore-indexes"), "not compared");
  await inFolder(async (cwd) => {
    const args = ["transfer", ends[1]!, "copy.archive", "--exclude", "books"];
    const copied = await runCli([...args, "--rename", "demo.empty one=demo.empty two"], { cwd });
    assertEquals(copied.code, 0, copied.err);
    const less = await runCli(["verify", ends[0]!, "copy.archive"], { cwd });
    assertEquals(less.code, 6, less.err);
    const row = (line: RegExp) => assert(line.test(less.out), less.out);
    row(/^demo\.books +only in a +431 /m);
    row(/^demo\.empty one +only in a +0 /m);
    row(/^demo\.empty two +only in b +0 /m);
    row(/^Different: 3 of 10 collections/m);
    const chosen = ["--include", "demo.*", "--exclude", "books", "--exclude", "empty*"];
    const part = await runCli(["verify", ends[0]!, "copy.archive", ...chosen], { cwd });
    assertEquals(part.code, 0, part.err + part.out);
  });
});

permissionTest(
  "datahood verify runs with just the permission to read both",
  () =>
    inFolder(async (cwd) => {
      await Deno.writeFile(`${cwd}/a.bson`, BYTES);
      await Deno.writeFile(`${cwd}/b.bson`, flipped());
      const args = ["verify", "a.bson", "b.bson"];
      const run = (permissions: string[]) => runCli(args, { cwd, permissions });
      const none = await run([]);
      assertEquals([none.code, none.out], [7, ""]);
      assertStringIncludes(none.err, "hint: add --allow-read=");
      assertEquals((await run(["--allow-read=a.bson,b.bson"])).code, 6);
      assertEquals((await run(["--allow-read=a.bson"])).code, 7);
      assertEquals((await run(["--allow-read=b.bson"])).code, 7);
    }),
);

permissionTest(
  "datahood verify --temp-dir needs to read and write that folder, and no other",
  () =>
    inFolder(async (cwd) => {
      await Deno.writeFile(`${cwd}/a.bson`, BYTES);
      await Deno.writeFile(`${cwd}/b.bson`, flipped());
      await Deno.mkdir(`${cwd}/big`);
      const args = ["verify", "a.bson", "b.bson", "--temp-dir", "big", "--memory", "1KiB"];
      const { out } = await runCli(["permissions", ...args], { cwd });
      assertStringIncludes(out, " --allow-read=a.bson,b.bson,big --allow-write=big ");
      const permissions = ["--allow-read=a.bson,b.bson,big", "--allow-write=big"];
      assertEquals((await runCli(args, { cwd, permissions })).code, 6);
      const less = await runCli(args, { cwd, permissions: permissions.slice(0, 1) });
      assertEquals(less.code, 7);
      assertStringIncludes(less.err, "hint: add --allow-write=big");
    }),
);
