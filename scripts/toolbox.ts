/** Builds `examples/toolbox` for real: `deno task toolbox [name…]`. Its sources come from Debian, by apt, and are served
 * on loopback. It is built in two roots whose paths differ in length; what is not bound to its root must have the same
 * name in both, and be the same when it is built again. Then the programs are run.
 *
 * Ends with a line that counts what was tried. */
import { fromFileUrl } from "../tests/support/paths.ts";
import { sysArgv } from "../tests/support/story.ts";
import { discard } from "../tests/support/temporary.ts";
import { parseObjectName } from "../src/store/names.ts";
import { openStore } from "../src/store/store.ts";
import { realSystem } from "../src/system/real.ts";
import { fetchArchives, Mirror, sourceNames } from "./toolbox/mirror.ts";

const EXAMPLE = fromFileUrl(new URL("../examples/toolbox", import.meta.url));
/** Program, what it is given, and what it prints. */
const TRIED: Readonly<Record<string, readonly [line: string, prints: RegExp]>> = {
  bzip2: ["echo text | $out/bin/bzip2 | $out/bin/bunzip2", /^text$/m],
  cmark: ["echo '*text*' | $out/bin/cmark", /<em>text<\/em>/],
  hello: ["$out/bin/hello", /^Hello, toolbox!$/m],
  jq: [`echo '[1, 2]' | $out/bin/jq -c 'map(. + 1)'`, /^\[2,3\]$/m],
  lua: ["$out/bin/lua -e 'print(1 + 2)'", /^3$/m],
  ncurses: ["$out/bin/tput -T xterm cols", /^80$/m],
  pcre2: ["echo abcc | $out/bin/pcre2grep 'ab(c)\\1'", /^abcc$/m],
  tmux: ["$out/bin/tmux -V", /^tmux 3\.3a$/m],
  tree: ["$out/bin/tree --version", /^tree v2\.1\.0/m],
  xz: ["echo text | $out/bin/xz | $out/bin/xz -d", /^text$/m],
};

interface Made {
  readonly derivation: string;
  readonly output: string;
  readonly path: string;
}

let passed = 0, failed = 0;
function check(holds: boolean, what: string): void {
  if (holds) passed++;
  else failed++;
  console.log(`${holds ? "ok" : "NOT"}  ${what}`);
}

const folder = await Deno.makeTempDir({ prefix: "sys-toolbox-" });
try {
  await play();
} finally {
  discard(folder);
}
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

async function play(): Promise<void> {
  const sources = await Deno.readTextFile(`${EXAMPLE}/sources.lua`);
  const all = sourceNames(sources);
  const names = Deno.args.length > 0 ? Deno.args : all;
  try {
    await fetchArchives(folder, all);
  } catch (error) {
    console.log(`skipped: Debian's archives cannot be had here: ${error}`);
    return;
  }
  await using mirror = new Mirror(folder, all);
  await run(["cp", "-r", EXAMPLE, `${folder}/config`], {});
  await Deno.writeTextFile(`${folder}/config/sources.lua`, mirror.rewritten(sources));

  const short = await build("a", names);
  const long = await build("a-root-with-a-longer-name/in-a-folder", names);
  for (const { derivation, output, path } of short.objects) {
    const other = long.objects.find((one) =>
      one.derivation === derivation && one.output === output
    );
    const [name, otherName] = [path, other?.path].map((one) => one?.split("/").pop());
    const bound = short.bound.has(path);
    const title = `${derivation} ${output}`;
    check(
      bound || name === otherName,
      `${title}: ${bound ? "bound to its root" : "same name in both roots"}`,
    );
  }
  const again = await sys("a", ["build", "--config", `${folder}/config`, "--check", ...names]);
  check(
    again.code === 0,
    `built again, the same came out${again.code === 0 ? "" : `: ${again.stderr}`}`,
  );
  for (const { derivation, output, path } of [...short.objects, ...long.objects]) {
    const tried = TRIED[derivation];
    if (tried === undefined || output !== "out") continue;
    const { stdout, stderr } = await run(["sh", "-c", tried[0]], { out: path });
    check(tried[1].test(stdout), `${derivation} runs: ${(stdout + stderr).trim().split("\n")[0]}`);
  }
}

async function build(root: string, names: readonly string[]) {
  const started = performance.now();
  const { code, stdout, stderr } = await sys(root, [
    ...["build", "--config", `${folder}/config`, "--json", ...names],
  ]);
  if (code !== 0) throw new Error(stderr);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`built in ${seconds} s below ${root}`);
  const warnings = stderr.split("\n").filter((line) => line.startsWith("warning: "));
  check(warnings.length === 0, ["no warnings", ...warnings].join("\n"));
  const { objects } = JSON.parse(stdout) as { objects: Made[] };
  return { objects, bound: await boundOf(root, objects) };
}

/** Those whose name depends on the root: that hold its path in a binary file, or refer to one that does. */
async function boundOf(root: string, objects: readonly Made[]): Promise<Set<string>> {
  const store = openStore(realSystem(), `${folder}/${root}`);
  const closures = new Map(objects.map(({ path }) => {
    return [path, store.closure([parseObjectName(path.split("/").pop()!)])];
  }));
  const all = [...new Set([...closures.values()].flatMap((closure) => [...closure]))];
  const { stdout } = await sys(root, ["store", "path", "--json", ...all]);
  const told = (JSON.parse(stdout) as { objects: { object: string; kind: string }[] }).objects;
  const kinds = new Map(told.map(({ object, kind }) => [object, kind]));
  const isBound = ([, closure]: [string, Set<string>]) =>
    [...closure].some((object) => kinds.get(object) === "bound");
  return new Set([...closures].filter(isBound).map(([path]) => path));
}

function sys(root: string, args: readonly string[]) {
  return run(sysArgv(args), {
    HOME: `${folder}/home`,
    SYSLUA_ROOT: `${folder}/${root}`,
    SYSLUA_CACHE: `${folder}/cache`,
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
  });
}

async function run([program, ...args]: readonly string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", ...env },
    clearEnv: true,
    stdin: "null",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}
