/** Measures builds of real software beside the same commands without sys, and beside Nix: GNU hello from Debian's
 * source package. Needs a compiler, curl and bubblewrap. */
import { fromFileUrl } from "../../tests/support/paths.ts";
import { realSystem } from "../../src/system/real.ts";
import { removeTree } from "../../src/store/remove.ts";
import { best, type Row } from "./row.ts";
import type { Bench } from "./support/bench.ts";

const { fs, processes } = realSystem();
const PROJECT = fromFileUrl(new URL("../..", import.meta.url));
const COMMANDS = 200;
/** Seconds after which no other round begins. */
const BUDGET = 90;
const HELLO = { path: "pool/main/h/hello/hello_2.10.orig.tar.gz", name: "hello-2.10" };
const SHA256 = "31e066137a962676e89f69d1b65382de95a7ef7d914b8cb956f41ea72e0f516b";

/** All rows; less where a program is missing, with a line that says so. */
export async function rows(bench: Pick<Bench, "options" | "over">): Promise<Row[]> {
  ({ sys, runs } = bench.options);
  const needed = ["gcc", "make", "curl", "bwrap"].find((one) => processes.which(one) === null);
  if (needed !== undefined || fs.lstat(sys) === null) {
    console.error(`bench: software is left out: ${needed ?? sys} is not there`);
    return [];
  }
  const folder = fs.realPath(Deno.makeTempDirSync({ prefix: "sys-bench-" }));
  try {
    Deno.mkdirSync(`${folder}/home`);
    Deno.writeTextFileSync(`${folder}/init.lua`, CONFIG);
    return [...await building(bench, folder), ...commands(folder)];
  } finally {
    removeTree(fs, folder);
  }
}

const CONFIG = `return { setup = function()
  local run = syslua.getenv("RUN", "0")
  derive {
    name = "hello", opts = { url = syslua.getenv("HELLO", ""), run = run },
    config = function(opts, ctx)
      ctx.unpack(ctx.fetch_url(opts.url, "${SHA256}"), "src", { strip = 1 })
      ctx.run("./configure --prefix=" .. ctx.out .. " && make && make install", { cwd = "src", capture = false })
    end,
  }
  for _, count in ipairs { 0, ${COMMANDS} } do
    derive {
      name = "commands" .. count, opts = { run = run, count = count },
      config = function(opts, ctx)
        for _ = 1, opts.count do ctx.run { "/bin/true" } end
        ctx.write(ctx.out, "")
      end,
    }
  end
end }
`;

async function building(bench: Pick<Bench, "over">, folder: string): Promise<Row[]> {
  const mirror = shell(`${PROJECT}/scripts/debian_mirror`, {}).trim().replace(/\/$/, "");
  const archive = `${folder}/hello.tar.gz`;
  shell(`curl -fsSL -o ${archive} ${mirror}/${HELLO.path}`, {});
  const env = { HELLO: `file://${archive}` };
  const work = () =>
    `cd ${folder}/plain && tar xf ${archive} && cd ${HELLO.name} && ` +
    `./configure --prefix=${folder}/plain/out && make && make install`;
  const nix = processes.which("nix-build") !== null;
  let ours = Infinity, theirs = Infinity, beside = Infinity, peak = 0;
  const until = performance.now() + BUDGET * 1000;
  // By turns, so that what else the machine does strikes all.
  for (let run = 0; run < runs; run++) {
    if (run > 0 && (bench.over || performance.now() > until)) break;
    Deno.mkdirSync(`${folder}/plain`);
    theirs = Math.min(theirs, await best(1, () => void shell(`(${work()}) > /dev/null 2>&1`, {})));
    removeTree(fs, `${folder}/plain`);
    const begin = performance.now();
    peak = Math.max(peak, await peakOf(folder, "hello", { ...env, RUN: String(run) }));
    ours = Math.min(ours, (performance.now() - begin) / 1000);
    if (nix) beside = Math.min(beside, await best(1, () => void nixBuild(folder, archive, run)));
  }
  const what = "unpack, configure, make, make install of hello";
  return [
    { work: what, goal: "≤ 1.05 ×", ours, theirs, beside: "the commands alone" },
    ...nix ? [{ work: what, goal: "≤ 1 ×", ours, theirs: beside, beside: "nix-build" }] : [],
    { work: "its peak of memory", goal: "≤ 150", ours: peak, theirs: 0, beside: "", unit: "MiB" },
  ];
}

/** A derivation without any library, and without Nix's own sandbox, which wants a daemon or a user of its own. */
function nixBuild(folder: string, archive: string, run: number): string {
  const script = `export PATH=/usr/bin:/bin; tar xf ${archive}; cd ${HELLO.name}; ` +
    "./configure --prefix=$out && make && make install";
  const expression = `derivation { name = "hello-${run}"; system = builtins.currentSystem; ` +
    `builder = "/bin/sh"; args = [ "-c" "${script.replaceAll("$", "\\$")}" ]; }`;
  return shell(
    `nix-build --no-out-link --option sandbox false --option build-users-group "" --option substituters "" -E '${expression}'`,
    { NIX_STATE_DIR: `${folder}/nix/state`, NIX_STORE_DIR: `${folder}/nix/store` },
  );
}

function commands(folder: string): Row[] {
  let ours = Infinity, theirs = Infinity;
  for (let run = 0; run < runs; run++) {
    const [none, many] = [0, COMMANDS].map((count) => {
      const begin = performance.now();
      shell(buildLine(folder, `commands${count}`), { RUN: String(run) });
      return performance.now() - begin;
    });
    ours = Math.min(ours, (many - none) / COMMANDS / 1000);
    const begin = performance.now();
    for (let n = 0; n < COMMANDS / 4; n++) {
      shell("exec bwrap --unshare-all --ro-bind / / --proc /proc --dev /dev /bin/true", {});
    }
    theirs = Math.min(theirs, (performance.now() - begin) / (COMMANDS / 4) / 1000);
  }
  return [{ work: "a command of a build", goal: "≤ 12 ms", ours, theirs, beside: "bwrap alone" }];
}

function buildLine(folder: string, name: string): string {
  // What the caller left open would cost a shell for each command.
  return "for f in /proc/self/fd/*; do n=${f##*/}; case $n in 0|1|2) ;; " +
    `*) eval "exec $n>&-" 2>/dev/null;; esac; done; exec ${sys} build --sandbox=require --config ${folder} ${name}`;
}

/** Builds, and gives the most memory that sys had, in MiB. */
async function peakOf(folder: string, name: string, env: Record<string, string>): Promise<number> {
  const child = new Deno.Command("/bin/bash", {
    args: ["-c", buildLine(folder, name)],
    env: environment(env, folder),
    clearEnv: true,
    stdout: "null",
    stderr: "null",
  }).spawn();
  let peak = 0, done = false;
  const ended = child.status.then(({ success }) => {
    done = true;
    if (!success) throw new Error(`the build of ${name} failed`);
  });
  while (!done) {
    try {
      const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
      peak = Math.max(peak, Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended.
    }
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  await ended;
  return peak;
}

/** Set by `rows`. */
let home = "", sys = "", runs = 0;

function environment(env: Record<string, string>, folder = home): Record<string, string> {
  home = folder;
  return {
    PATH: Deno.env.get("PATH") ?? "",
    HOME: `${folder}/home`,
    SYSLUA_ROOT: `${folder}/root`,
    SYSLUA_CACHE: `${folder}/cache`,
    ...env,
  };
}

function shell(command: string, env: Record<string, string>): string {
  const { success, stdout, stderr } = new Deno.Command("/bin/bash", {
    args: ["-c", command],
    env: environment(env),
    clearEnv: true,
  }).outputSync();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`${command} failed: ${new TextDecoder().decode(stderr)}`);
}
