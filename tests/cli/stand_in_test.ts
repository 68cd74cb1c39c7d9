// deno-lint-ignore-file no-console
// What a program built on @cliffy/command says and does, line by line. The expectations were taken from
// the real package; the stand-in of npm/cliffy has to give the same.
import { assertEquals, assertInstanceOf } from "@std/assert";
import { type CommandResult, ValidationError } from "@cliffy/command";
import { postOffice } from "./fixtures/post_office.ts";
import { denoRun } from "./_deno.ts";
import { sourceTest } from "./_run_cli.ts";

/** Command line → what it prints, or the command that refuses it and why. */
const LINES: readonly (readonly [line: string, says: string])[] = [
  ["-V", "0.1.0"],
  ["--version", "post 0.1.0"],
  ["nope", 'post: Unknown command "nope". Did you mean command "send"?'],
  ["imprt", 'post: Unknown command "imprt". Did you mean command "list"?'],
  ["lst", 'post: Unknown command "lst". Did you mean command "list"?'],
  ["--nope", 'post: Unknown option "--nope". Did you mean option "--log"?'],
  ["-x", 'post: Unknown option "-x". Did you mean option "-h"?'],
  ["--quiet", ""],
  ["--quiet nope", 'post: Unknown command "nope". Did you mean command "send"?'],
  ["send", "post send: Missing argument(s): from, to"],
  ["send a", "post send: Missing argument: to"],
  ["send a b", '{"command":"send","options":{"copies":1,"stamp":true},"args":["a","b"]}'],
  ["send a b c", "post send: Too many arguments: c"],
  ["send a b c d", "post send: Too many arguments: c"],
  ["send a b --nope", 'post send: Unknown option "--nope". Did you mean option "--log"?'],
  ["send --nope a b", 'post send: Unknown option "--nope".'],
  ["send -x a b", 'post send: Unknown option "-x".'],
  ["send a b -x", 'post send: Unknown option "-x". Did you mean option "-h"?'],
  ["send a b -xy", 'post send: Unknown option "-x". Did you mean option "-h"?'],
  ["send a b --copys 3", 'post send: Unknown option "--copys". Did you mean option "--copies"?'],
  [
    "send a b --copies 3",
    '{"command":"send","options":{"copies":3,"stamp":true},"args":["a","b"]}',
  ],
  [
    "send a b --copies=3",
    '{"command":"send","options":{"copies":3,"stamp":true},"args":["a","b"]}',
  ],
  ["send a b -n 3", '{"command":"send","options":{"copies":3,"stamp":true},"args":["a","b"]}'],
  ["send a b -n3", '{"command":"send","options":{"copies":3,"stamp":true},"args":["a","b"]}'],
  ["send a b -n=3", '{"command":"send","options":{"copies":3,"stamp":true},"args":["a","b"]}'],
  ["send a b -n x", 'post send: --copies takes a count, got "x"'],
  ["send a b -n", 'post send: Missing value for option "--copies".'],
  ["send a b --copies", 'post send: Missing value for option "--copies".'],
  [
    "send a b -n 3 -n 4",
    'post send: Option "-n" can only occur once, but was found several times.',
  ],
  [
    "send a b --via air",
    '{"command":"send","options":{"copies":1,"stamp":true,"via":"air"},"args":["a","b"]}',
  ],
  [
    "send a b --via land",
    'post send: Option "--via" must be of type "way", but got "land". Expected values: "air", "sea"',
  ],
  [
    "send a b -v sea --tag x --tag y",
    '{"command":"send","options":{"copies":1,"stamp":true,"tag":["x","y"],"via":"sea"},"args":["a","b"]}',
  ],
  [
    "send a b --tag x -t y --tag=z",
    '{"command":"send","options":{"copies":1,"stamp":true,"tag":["x","y","z"]},"args":["a","b"]}',
  ],
  [
    "send a b --stops p,q,r",
    '{"command":"send","options":{"copies":1,"stamp":true,"stops":["p","q","r"]},"args":["a","b"]}',
  ],
  [
    "send a b --stops=p",
    '{"command":"send","options":{"copies":1,"stamp":true,"stops":["p"]},"args":["a","b"]}',
  ],
  [
    "send a b --registered --insured 3.5",
    '{"command":"send","options":{"copies":1,"insured":3.5,"registered":true,"stamp":true},"args":["a","b"]}',
  ],
  ["send a b --insured 3", 'post send: Option "--insured" depends on option "--registered".'],
  [
    "send a b --insured x --registered",
    'post send: Option "--insured" must be of type "number", but got "x".',
  ],
  [
    "send a b --registered --anonymous",
    'post send: Option "--anonymous" conflicts with option "--registered".',
  ],
  [
    "send a b --anonymous --registered",
    'post send: Option "--anonymous" conflicts with option "--registered".',
  ],
  [
    "send a b --anonymous",
    '{"command":"send","options":{"anonymous":true,"copies":1,"stamp":true},"args":["a","b"]}',
  ],
  [
    "send a b --reply",
    '{"command":"send","options":{"copies":1,"reply":true,"stamp":true},"args":["a","b"]}',
  ],
  [
    "send a b --reply me",
    '{"command":"send","options":{"copies":1,"reply":"me","stamp":true},"args":["a","b"]}',
  ],
  [
    "send a b --reply=me",
    '{"command":"send","options":{"copies":1,"reply":"me","stamp":true},"args":["a","b"]}',
  ],
  [
    "send a b --reply --registered",
    '{"command":"send","options":{"copies":1,"registered":true,"reply":true,"stamp":true},"args":["a","b"]}',
  ],
  ["send --reply a b", "post send: Missing argument: to"],
  ["send a b --stamp", '{"command":"send","options":{"copies":1,"stamp":true},"args":["a","b"]}'],
  [
    "send a b --no-stamp",
    '{"command":"send","options":{"copies":1,"stamp":false},"args":["a","b"]}',
  ],
  [
    "send a b --no-stamp --stamp",
    'post send: Option "--stamp" can only occur once, but was found several times.',
  ],
  ["send a b --no-quiet", 'post send: Unknown option "--no-quiet". Did you mean option "--quiet"?'],
  [
    "send a b --registered=yes",
    `post send: Option "--registered" doesn't take a value, but got "yes".`,
  ],
  [
    "send a b --registered --registered",
    'post send: Option "--registered" can only occur once, but was found several times.',
  ],
  [
    "send a b --secret",
    '{"command":"send","options":{"copies":1,"secret":true,"stamp":true},"args":["a","b"]}',
  ],
  [
    "send --quiet a b",
    '{"command":"send","options":{"copies":1,"quiet":true,"stamp":true},"args":["a","b"]}',
  ],
  [
    "--quiet send a b",
    '{"command":"send","options":{"copies":1,"quiet":true,"stamp":true},"args":["a","b"]}',
  ],
  [
    "--quiet send --quiet a b",
    'post send: Option "--quiet" can only occur once, but was found several times.',
  ],
  [
    "--log f send a b",
    '{"command":"send","options":{"copies":1,"log":"f","stamp":true},"args":["a","b"]}',
  ],
  [
    "--log=f --quiet send a b --registered",
    '{"command":"send","options":{"copies":1,"log":"f","quiet":true,"registered":true,"stamp":true},"args":["a","b"]}',
  ],
  ["--log send a b", 'post: Unknown command "a". Did you mean command "send"?'],
  [
    "send a b --log -",
    '{"command":"send","options":{"copies":1,"log":"-","stamp":true},"args":["a","b"]}',
  ],
  ["send - -", '{"command":"send","options":{"copies":1,"stamp":true},"args":["-","-"]}'],
  ["send -5 b", '{"command":"send","options":{"copies":1,"stamp":true},"args":["-5","b"]}'],
  ["send a -- b", "post send: Missing argument: to"],
  ["send a b -- c d", '{"command":"send","options":{"copies":1,"stamp":true},"args":["a","b"]}'],
  ["send -- a b", "post send: Missing argument(s): from, to"],
  ["send express", 'post send express: Missing required option "--by".'],
  ["send express x", 'post send express: Missing required option "--by".'],
  ["send express x --by 7", '{"command":"send express","options":{"by":7},"args":["x"]}'],
  [
    "send express x --by 7.5",
    'post send express: Option "--by" must be of type "integer", but got "7.5".',
  ],
  ["send express --by 1e3 x", '{"command":"send express","options":{"by":1000},"args":["x"]}'],
  ["send express x --by 0x10", '{"command":"send express","options":{"by":16},"args":["x"]}'],
  ["send expres x", '{"command":"send","options":{"copies":1,"stamp":true},"args":["expres","x"]}'],
  ["send express x y --by 3", "post send express: Too many arguments: y"],
  [
    "--quiet send express x --by 3",
    '{"command":"send express","options":{"by":3,"quiet":true},"args":["x"]}',
  ],
  [
    "send --quiet express x --by 3",
    '{"command":"send express","options":{"by":3,"quiet":true},"args":["x"]}',
  ],
  [
    "send express --quiet x --by 3",
    '{"command":"send express","options":{"by":3,"quiet":true},"args":["x"]}',
  ],
  [
    "send --registered express x",
    '{"command":"send","options":{"copies":1,"registered":true,"stamp":true},"args":["express","x"]}',
  ],
  ["list", '{"command":"list","options":{},"args":[]}'],
  ["ls", '{"command":"list","options":{},"args":[]}'],
  ["list x", 'post list: No arguments allowed for command "post list".'],
  ["list --help x", 'post list: No arguments allowed for command "post list".'],
  ["list --quiet --help", 'post list: Option "--help" cannot be combined with other options.'],
  ["list -h --quiet", 'post list: Option "--help" cannot be combined with other options.'],
  ["send a --help", "post send: Missing argument: to"],
  ["send --help a", "post send: Missing argument: to"],
  ["sort x", ""],
  ["sort", "post sort: Missing argument(s): pile"],
  ["sort x y", "post sort: Too many arguments: y"],
  ["--version list", "post: Too many arguments: list"],
  ["list --version", 'post list: Unknown option "--version". Did you mean option "--help"?'],
  ["list -V", 'post list: Unknown option "-V". Did you mean option "-h"?'],
  ["-Vh", 'post: Option "--help" cannot be combined with other options.'],
  ["--quiet list --nope", 'post list: Unknown option "--nope". Did you mean option "--log"?'],
  ["--quiet --nope list", 'post: Unknown option "--nope". Did you mean option "--log"?'],
  ["--quiet list list", 'post list: No arguments allowed for command "post list".'],
  ["list list", 'post list: No arguments allowed for command "post list".'],
  ["quiet", 'post: Unknown command "quiet". Did you mean command "list"?'],
  [
    "send quiet log",
    '{"command":"send","options":{"copies":1,"stamp":true},"args":["quiet","log"]}',
  ],
  ["send a b -hx", 'post send: Unknown option "-x". Did you mean option "-h"?'],
  ["send a b -v", 'post send: Missing value for option "--via".'],
  ["send a b --via=", '{"command":"send","options":{"copies":1,"stamp":true},"args":["a","b"]}'],
  ["send a b --tag=", '{"command":"send","options":{"copies":1,"stamp":true},"args":["a","b"]}'],
  ["send a b --log=", '{"command":"send","options":{"copies":1,"stamp":true},"args":["a","b"]}'],
  ["--log= send a b", '{"command":"send","options":{"copies":1,"stamp":true},"args":["a","b"]}'],
  ["send a b --LOG x", 'post send: Unknown option "--LOG". Did you mean option "--log"?'],
  [
    "send a b ---quiet",
    '{"command":"send","options":{"copies":1,"quiet":true,"stamp":true},"args":["a","b"]}',
  ],
  ["send a b -quiet", 'post send: Unknown option "-q". Did you mean option "-h"?'],
  ["send a b -", "post send: Too many arguments: -"],
  ["send a b --", '{"command":"send","options":{"copies":1,"stamp":true},"args":["a","b"]}'],
  ["send a b --reply -x", 'post send: Unknown option "-x". Did you mean option "-h"?'],
  ["send a b --reply quiet", "post send: Too many arguments: quiet"],
  ["send a b -n -3", 'post send: --copies takes a count, got "-3"'],
  [
    "send a b --tag -x",
    '{"command":"send","options":{"copies":1,"stamp":true,"tag":["-x"]},"args":["a","b"]}',
  ],
  [
    "send a b --tag --registered",
    '{"command":"send","options":{"copies":1,"stamp":true,"tag":["--registered"]},"args":["a","b"]}',
  ],
];

const HELP = [
  "",
  "Usage:   post ",
  "Version: 0.1.0",
  "",
  "Description:",
  "",
  "  A post office.",
  "",
  "Options:",
  "",
  "  -h, --help             - Show this help.                            ",
  "  -V, --version          - Show the version number for this program.  ",
  "  --quiet                - Say less.                                  ",
  "  --log          <file>  - Say it there.                              ",
  "",
  "Commands:",
  "",
  "  send      <from> <to>  - Send a letter.",
  "  list, ls               - What there is.",
].join("\n");

const SEND_HELP = [
  "",
  "Usage:   post send <from> <to>",
  "Version: 0.1.0                ",
  "",
  "Description:",
  "",
  "  Send a letter.                                           ",
  "                                                           ",
  "  From one place to another, by the way that was asked for.",
  "",
  "Arguments:",
  "",
  "  <from>  - Where it is.    (required)",
  "  <to>    - Where it goes.  (required)",
  "",
  "Options:",
  "",
  "  -h, --help             - Show this help.                                               ",
  "  --quiet                - Say less.                                                     ",
  "  --log         <file>   - Say it there.                                                 ",
  "  -n, --copies  <count>  - How many.                             (Default: 1)            ",
  '  -v, --via     <way>    - By what.                              (Values: "air", "sea")  ',
  "  -t, --tag     <tag>    - A word to find it by; may be                                  ",
  "                           repeated.                                                     ",
  "  --stops       <names>  - Places between, with commas.                                  ",
  "  --registered           - Signed for.                                                   ",
  "  --insured     <value>  - Worth.                                (Depends: --registered) ",
  "  --anonymous            - Without a name.                       (Conflicts:             ",
  "                                                                 --registered)           ",
  "  --reply       [by]     - Wants an answer.                                              ",
  "  --stamp                - Needs a stamp.                        (Default: true)         ",
  "  --no-stamp             - Needs no stamp.                                               ",
  "",
  "Commands:",
  "",
  "  express  <to>  - Send it today.",
  "",
  "Examples:",
  "",
  "  By air post send home away --via air",
].join("\n");

/** Parses one line and collects what is printed meanwhile. */
async function parse(words: string[], printed: string[] = []): Promise<CommandResult> {
  const log = console.log;
  console.log = (text: unknown) => printed.push(String(text));
  try {
    const root = postOffice();
    root.throwErrors().noExit();
    return await root.parse(words);
  } finally {
    console.log = log;
  }
}

/** Runs one line and gives what it printed, or who refused it and why. */
async function run(line: string): Promise<string> {
  const printed: string[] = [];
  try {
    await parse(line.split(" ").filter((word) => word !== ""), printed);
    return printed.join("\n");
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    assertEquals(error.exitCode, 2);
    return `${error.cmd?.getPath()}: ${error.message}`;
  }
}

// deno-lint-ignore no-control-regex
const plain = (text: string) => text.replaceAll(/\x1b\[\d+m/g, "");

sourceTest("`Command.parse()` takes each line as @cliffy/command does", async (t) => {
  for (const [line, says] of LINES) {
    await t.step(line || "nothing", async () => assertEquals(plain(await run(line)).trim(), says));
  }
});

sourceTest("`Command.parse()` prints the help of the root and of a command", async () => {
  for (const line of ["", "-h", "--help"]) assertEquals((await run(line)).trimEnd(), HELP);
  for (const line of ["send -h", "send a b -h"]) {
    assertEquals((await run(line)).trimEnd(), SEND_HELP);
  }
});

sourceTest("`Command.parse()` resolves with the flag of help and version set", async () => {
  for (const [line, name] of [["--help", "help"], ["-V", "version"]] as const) {
    const options: unknown = (await parse([line])).options;
    assertEquals(options, { [name]: true });
  }
});

sourceTest("`Command.parse()` keeps the words after -- in `literal`", async () => {
  assertEquals((await parse(["--", "-x", "send"])).literal, ["-x", "send"]);
});

sourceTest("`Command` gives its tree to whoever walks it", async () => {
  const root = postOffice();
  root.throwErrors().noExit();
  await root.parse(["--quiet"]);
  assertEquals(root.getCommands().map((command) => command.getName()), ["send", "list"]);
  assertEquals(root.getCommands(true).map((command) => command.getName()), [
    "send",
    "list",
    "sort",
  ]);
  const send = root.getCommand("send")!;
  assertEquals(send.getPath(), "post send");
  assertEquals(send.getShortDescription(), "Send a letter.");
  assertEquals(send.getArguments().map(({ name, type, optional }) => [name, type, optional]), [
    ["from", "place", false],
    ["to", "place", false],
  ]);
  assertEquals(
    send.getOptions().slice(0, 5).map(({ name, flags, typeDefinition }) => [
      name,
      flags,
      typeDefinition,
    ]),
    [
      ["help", ["-h", "--help"], ""],
      ["quiet", ["--quiet"], ""],
      ["log", ["--log"], "<file:file>"],
      ["copies", ["-n", "--copies"], "<count:count>"],
      ["via", ["-v", "--via"], "<way:way>"],
    ],
  );
  assertEquals(send.getOption("v")?.name, "via");
  assertEquals(root.getCommand("ls")?.getName(), "list");
  assertEquals(send.getCommand("express")?.getParent()?.getName(), "send");
  assertEquals(send.getMainCommand().getName(), "post");
  assertEquals(send.getType("way")?.name, "way");
});

sourceTest("`Command.parse()` lets errors of an action through as they are", async () => {
  const root = postOffice();
  root.throwErrors().noExit();
  const failure = new TypeError("no such letter");
  root.command("lose").action(() => {
    throw failure;
  });
  const error = await root.parse(["lose"]).catch((error: unknown) => error);
  assertInstanceOf(error, TypeError);
  assertEquals(error, failure);
});

sourceTest("`Command.parse()` ends the process by itself unless told not to", async (t) => {
  const program = new URL("./fixtures/post_office.ts", import.meta.url);
  await t.step("a wrong line: help on stdout, the error on stderr, exit 2", async () => {
    const { code, stdout, stderr } = await denoRun(program, ["--default-exit", "nope"]);
    assertEquals([code, stdout.trimEnd()], [2, HELP]);
    assertEquals(
      plain(stderr),
      '  error: Unknown command "nope". Did you mean command "send"?\n\n',
    );
  });
  await t.step("help and version: exit 0", async () => {
    const help = await denoRun(program, ["--default-exit", "--help"]);
    assertEquals([help.code, help.stdout.trimEnd(), help.stderr], [0, HELP, ""]);
    const version = await denoRun(program, ["--default-exit", "-V"]);
    assertEquals([version.code, version.stdout, version.stderr], [0, "0.1.0\n", ""]);
  });
});
