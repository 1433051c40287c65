/** How programs are found and ended by the rules of Windows. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { envValue, onceEach } from "../../src/system/env_names.ts";
import { findProgram, type ProgramLooks } from "../../src/system/find_program.ts";
import { nativePaths } from "../../src/system/native_path.ts";
import { RealProcesses } from "../../src/system/real_processes.ts";
import { endTree } from "../../src/system/windows/process_tree.ts";
import { assertGone, isAlive } from "../support/alive.ts";
import { withTemporary } from "../support/temporary.ts";

/** Names as NTFS compares them: files, and aliases that `stat` can't follow (Windows error 1920). */
function ntfs(files: readonly string[], aliases: readonly string[] = []): ProgramLooks {
  const has = (names: readonly string[], path: string) =>
    names.some((name) => name.toLowerCase() === path.toLowerCase());
  return {
    lstatSync(path) {
      if (has(files, path) || has(aliases, path)) return { isFile: true, isSymlink: false };
      throw new Deno.errors.NotFound(path);
    },
    statSync(path) {
      if (has(files, path)) return { isFile: true, mode: null };
      if (has(aliases, path)) throw new Error("The file cannot be accessed by the system");
      throw new Deno.errors.NotFound(path);
    },
  };
}

function check(
  name: string,
  expected: string | null,
  files: readonly string[],
  more: { path?: string; pathext?: string; aliases?: string[] } = {},
) {
  const { path = "C:\\one;C:\\two", pathext, aliases } = more;
  const found = findProgram(name, { os: "windows", path, pathext }, ntfs(files, aliases));
  assert.equal(found, expected, name);
}

Deno.test("windows: a program is found by the endings of PATHEXT, in their order", () => {
  check("git", "/c/two/git.exe", ["C:\\two\\git.exe"]);
  check("npm", "/c/two/npm.cmd", ["C:\\one\\npm", "C:\\two\\npm.cmd"]);
  check("x", "/c/one/x.exe", ["C:\\one\\x.cmd", "C:\\one\\x.exe"]);
  check("x", "/c/one/x.cmd", ["C:\\one\\x.cmd", "C:\\one\\x.exe"], { pathext: ".CMD;.EXE" });
  check("X.EXE", "/c/one/X.EXE", ["C:\\one\\x.exe"]);
  check("x.y", "/c/one/x.y.exe", ["C:\\one\\x.y", "C:\\one\\x.y.exe"]);
  // The system's own function can't start a script of another language.
  check("x", null, ["C:\\one\\x.js"], { pathext: ".JS;.EXE" });
});

Deno.test("windows: an alias of a program counts, though nothing can look through it", () => {
  check("winget", "/c/one/winget.exe", [], { aliases: ["C:\\one\\winget.exe"] });
});

Deno.test("programs: what nobody may execute is none, but on Windows", () => {
  const looks = (mode: number): ProgramLooks => {
    const info = () => ({ isFile: true, isSymlink: false, mode });
    return { lstatSync: info, statSync: info };
  };
  const find = (mode: number) => findProgram("x", { os: "linux", path: "/bin" }, looks(mode));
  assert.deepEqual([find(0o644), find(0o755)], [null, "/bin/x"]);
  check("x.exe", "/c/one/x.exe", ["C:\\one\\x.exe"]);
});

Deno.test("windows: folders of PATH may be in quotes, and relative ones do not count", () => {
  check("x", "/c/Program Files/x.exe", ["C:\\Program Files\\x.exe"], {
    path: '.;%X%\\bin;"C:\\Program Files"',
  });
  check("x", null, [".\\x.exe", "x.exe"], { path: ".;" });
});

Deno.test("windows: a path gets the ending that it lacks", () => {
  const files = ["C:\\out\\bin\\tool.exe"];
  check("/c/out/bin/tool", "/c/out/bin/tool.exe", files);
  check("C:\\out\\bin\\tool", "/c/out/bin/tool.exe", files);
  check("C:\\out\\bin\\other", null, files);
});

Deno.test("windows: Path and PATH are one variable", () => {
  assert.equal(envValue({ Path: "a" }, "PATH", "windows"), "a");
  assert.equal(envValue({ Path: "a" }, "PATH", "linux"), undefined);
  assert.deepEqual(onceEach({ PATH: "a", Path: "b", X: "c" }, "windows"), { Path: "b", X: "c" });
  assert.deepEqual(onceEach({ PATH: "a", Path: "b" }, "linux"), { PATH: "a", Path: "b" });
});

/** Ends a tree as the real one does, by what the parents of processes are; notes its arguments. Its code is 128 where
 * no such process is. */
const TASKKILL = `#!/bin/sh
echo "$*" >>"$0.log"
[ -d "/proc/$4" ] || exit 128
end() {
  for stat in /proc/[0-9]*/stat; do
    read -r pid name state parent rest <"$stat" 2>/dev/null || continue
    [ "$parent" = "$1" ] && end "$pid"
  done
  kill -KILL "$1" 2>/dev/null
}
end "$4"
`;

/** Programs of this machine, started and ended by the rules of Windows. */
function asWindows(dir: string) {
  const taskkill = join(dir, "taskkill.exe");
  Deno.writeTextFileSync(taskkill, TASKKILL, { mode: 0o755 });
  const processes = new RealProcesses({ os: "windows", paths: nativePaths("linux"), taskkill });
  const calls = () => {
    try {
      return Deno.readTextFileSync(`${taskkill}.log`).trim().split("\n");
    } catch {
      return [];
    }
  };
  return { processes, taskkill, calls };
}

const onlyLinux = Deno.build.os !== "linux";
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test({
  name: "windows: a timeout ends the tree of a program" + (onlyLinux ? " (only on Linux)" : ""),
  ignore: onlyLinux,
  fn: () =>
    withTemporary(async (dir) => {
      const { processes, calls } = asWindows(dir);
      const { timedOut, stdout } = await processes.run({
        argv: ["/bin/sh", "-c", "setsid sleep 60 & echo $!; echo $$; wait"],
        env: { PATH: "/usr/bin:/bin" },
        timeout: 300,
      });
      const [child, root] = text(stdout).trim().split("\n");
      assert.equal(timedOut, true);
      assert.deepEqual(calls(), [`/T /F /PID ${root}`]);
      await assertGone(Number(child));
    }),
});

Deno.test({
  name: "windows: what has ended is not ended by its number" +
    (onlyLinux ? " (only on Linux)" : ""),
  ignore: onlyLinux,
  fn: () =>
    withTemporary(async (dir) => {
      const { processes, taskkill, calls } = asWindows(dir);
      const controller = new AbortController();
      await processes.run({ argv: ["/bin/true"], env: {}, signal: controller.signal });
      controller.abort();
      const killed: string[] = [];
      await endTree({ pid: Deno.pid, alive: () => false, kill: () => killed.push("it") }, taskkill);
      assert.deepEqual([calls(), killed], [[], []]);
    }),
});

Deno.test("windows: where taskkill can't end a tree, the program is ended alone", () =>
  withTemporary(async (dir) => {
    const killed: string[] = [];
    const root = { pid: Deno.pid, alive: () => true, kill: () => killed.push("it") };
    await endTree(root, join(dir, "missing.exe"));
    assert.deepEqual(killed, ["it"]);
  }));

Deno.test({
  name: "windows: a program stays with sys, and has each variable once" +
    (onlyLinux ? " (only on Linux)" : ""),
  ignore: onlyLinux,
  fn: () =>
    withTemporary(async (dir) => {
      const { processes } = asWindows(dir);
      const env = { PATH: "first", Path: "last" };
      const run = async (...argv: string[]) =>
        text((await processes.run({ argv, env })).stdout).trim();
      const script = 'read -r a b c d group rest </proc/$$/stat; echo "$group"';
      const own = /\) \S+ \S+ (\d+)/.exec(Deno.readTextFileSync("/proc/self/stat"))![1];
      assert.equal(await run("/bin/sh", "-c", script), own);
      assert.equal(await run("/usr/bin/env"), "Path=last");
    }),
});

Deno.test({
  name: "windows: without taskkill the program itself ends" + (onlyLinux ? " (only on Linux)" : ""),
  ignore: onlyLinux,
  fn: () =>
    withTemporary(async (dir) => {
      const { processes, taskkill } = asWindows(dir);
      Deno.removeSync(taskkill);
      const { timedOut, stdout } = await processes.run({
        argv: ["/bin/sh", "-c", "echo $$; exec sleep 60"],
        env: { PATH: "/usr/bin:/bin" },
        timeout: 300,
      });
      assert.equal(timedOut, true);
      assert.ok(!isAlive(Number(text(stdout))));
    }),
});
