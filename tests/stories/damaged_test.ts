/** Whatever is damaged below the root: no command fails without saying so, `sys repair` is a way on, and what was the
 * user's can still be had. */
import assert from "node:assert/strict";
import { story } from "../support/story.ts";

const HOW: Record<string, (path: string) => void> = {
  "cut short": (path) => {
    const bytes = Deno.readFileSync(path);
    Deno.writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
  },
  empty: (path) => Deno.writeFileSync(path, new Uint8Array()),
  garbage: (path) => Deno.writeFileSync(path, new Uint8Array([0, 255, 10, 123])),
  "another table": (path) => Deno.writeTextFileSync(path, '{"version":1}\n'),
  missing: (path) => Deno.removeSync(path),
  "a folder": (path) => {
    Deno.removeSync(path);
    Deno.mkdirSync(path);
    Deno.writeTextFileSync(`${path}/x`, "");
  },
  "a link to nothing": (path) => {
    Deno.removeSync(path);
    Deno.symlinkSync(`${path}.nowhere`, path);
  },
  ...(Deno.build.os === "windows" ? {} : {
    // A command that reads it waits for whoever writes into it.
    "a pipe": (path: string) => {
      Deno.removeSync(path);
      new Deno.Command("mkfifo", { args: [path] }).outputSync();
    },
  }),
};

/** Name → path below the root. A journal is made where there is none: of an apply that was killed. */
const WHAT: Record<string, string> = {
  "the current snapshot": "snapshots/2.json",
  "an older snapshot": "snapshots/1.json",
  "what snapshots share": "snapshots/*.base",
  "`current`": "snapshots/current",
  "a journal": "journal/3.jsonl",
  "a journal that could not be undone": "journal/3.unrestored",
  "the list of originals": "originals/index.json",
  "an env script": "env.sh",
};

/** The name of the one base that two snapshots share. */
function baseIn(root: string): string {
  const [name, ...others] = [...Deno.readDirSync(`${root}/snapshots`)]
    .map(({ name }) => name).filter((name) => name.endsWith(".base"));
  assert.deepEqual(others, []);
  return name;
}

/** The soak tries each damage on each thing; here every second one, and `missing` always. */
const EVERY = Deno.env.get("SYSLUA_EVERY") === "1" ? 1 : 2;

const COMMANDS = ["status", "plan c", "history", "show", "gc --dry-run", "apply c", "rollback"];

const JOURNAL = JSON.stringify({
  ...{ version: 1, number: 3, previous: 2, time: "2026-01-01T00:00:00.000Z" },
  ...{ description: "apply", steps: [], kept: [] },
}) + "\n";

for (const [n, [what, below]] of Object.entries(WHAT).entries()) {
  story(`damaged: ${what}`, async (s) => {
    const run = async (line: string) => {
      const { code, stdout, stderr } = await s.sys(line.split(" "), { unseen: true });
      assert.doesNotMatch(stderr, /a fault of sys itself/, line);
      return { code, said: stdout + stderr };
    };
    const ok = async (line: string) => {
      const { code, said } = await run(line);
      assert.equal(code, 0, `${line}: ${said}`);
    };
    s.write(".vimrc", "the user's own\n");
    s.write("bin/tool", "#!/bin/sh\n", 0o755);
    // What is large is shared, what is small is not.
    const much = below.includes("*.base") ? ', MUCH = ("x"):rep(20000)' : "";
    const config = (n: number) =>
      s.write(
        "c/init.lua",
        `return { setup = function()
          file { path = "~/.vimrc", content = "${n}\\n" }
          file { path = "~/other", content = "${n}\\n" }
          env { N = "${n}"${much} }
        end }`,
      );
    config(1);
    await ok("apply c --replace");
    config(2);
    await ok("apply c");
    const path = `${s.root}/${below.replace("*.base", baseIn(s.root))}`;
    if (below.startsWith("journal/")) Deno.writeTextFileSync(path, JOURNAL);
    const whole = `${s.home}.whole`;
    await new Deno.Command("cp", { args: ["-a", s.home, whole] }).output();
    for (const [m, [how, damage]] of Object.entries(HOW).entries()) {
      if (how !== "missing" && (n + m) % EVERY !== 0) continue;
      const linked = what === "an env script";
      if (linked && !["missing", "a folder"].includes(how)) continue;
      // What each command says is looked at once, the way on after each damage.
      for (const command of how === "missing" ? COMMANDS : COMMANDS.slice(0, 1)) {
        await new Deno.Command("sh", {
          args: ["-c", 'chmod -R u+w "$1"; rm -rf "$1"; cp -a "$2" "$1"', "sh", s.home, whole],
        }).output();
        damage(path);
        if (path.endsWith(".base")) damage(path.replace(/base$/, "spare"));
        const { code, said } = await run(command);
        const when = `${how}, ${command}: ${said}`;
        assert.ok([0, 1, 4, 6].includes(code), when);
        if (code === 1 && linked) continue;
        if (code === 1) assert.match(said, /sys repair|sys history/, when);
        if (command !== "status") continue;
        await ok("repair");
        // What lies in the place of a link is told, and left to the user.
        if (linked && how === "a folder") {
          assert.match((await run("apply c --replace")).said, /hint: move what is there out/);
          Deno.removeSync(path, { recursive: true });
        }
        assert.ok([0, 4].includes((await run("status")).code), when);
        await ok("history");
        await ok("apply c --replace");
        await ok("status");
        await ok("gc");
        await ok("destroy --yes");
        const kept = s.exists(".vimrc") && s.read(".vimrc") === "the user's own\n" ||
          /~\/\.vimrc|\.vimrc/.test((await run("originals")).said);
        assert.ok(kept, `${how}: the original is nowhere`);
      }
    }
    await new Deno.Command("sh", { args: ["-c", 'chmod -R u+w "$1"; rm -rf "$1"', "sh", whole] })
      .output();
  });
}
