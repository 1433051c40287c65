import assert from "node:assert/strict";
import { type Story, story, sysArgv } from "../support/story.ts";

/** A config that stands in the way of two files of the user's, one of which it has as a file of its own. */
const CONFIG = `return { setup = function()
  file { path = "~/.vimrc", source = "./vimrc" }
  file { path = "~/.inputrc", content = "set bell-style none\\n" }
end }
`;

function prepare(s: Story) {
  s.write("dotfiles/init.lua", CONFIG);
  s.write("dotfiles/vimrc", "set number\n");
  s.write(".vimrc", "set ruler\n", 0o600);
}

/** Types at a real terminal: after each text that is waited for, an answer. Gives the screen and the exit code. */
async function atTerminal(
  s: Story,
  args: readonly string[],
  dialogue: readonly (readonly [waitFor: string, answer: string])[],
) {
  const script = [
    "set timeout 120",
    "log_user 1",
    `spawn -noecho ${sysArgv(args).map((word) => `{${word}}`).join(" ")}`,
    ...dialogue.map(([waitFor, answer]) =>
      `expect -ex {${waitFor}} {} timeout { exit 99 } eof { exit 98 }\nsend "${answer}"`
    ),
    "expect eof {} timeout { exit 97 }",
    "exit [lindex [wait] 3]",
  ].join("\n");
  const child = new Deno.Command("expect", {
    args: ["-c", script],
    cwd: s.home,
    env: { ...s.env, TERM: "xterm" },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await child.output();
  return { code, screen: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

const hasExpect = (() => {
  try {
    return new Deno.Command("expect", { args: ["-v"] }).outputSync().success;
  } catch {
    return false;
  }
})();
const ask = (name: string, tell: (s: Story) => Promise<void>) =>
  story(`${name}${hasExpect ? "" : " (needs expect)"}`, tell, { ignore: !hasExpect });

ask("at a terminal: look at the difference, then replace", async (s) => {
  prepare(s);
  const { code, screen } = await atTerminal(s, ["apply", "dotfiles"], [
    ["q)uit? ", "d\\r"],
    ["+set number", ""],
    ["q)uit? ", "r\\r"],
  ]);
  assert.equal(code, 0, screen);
  assert.match(screen, /-set ruler/);
  assert.equal(s.read(".vimrc"), "set number\n");
  await s.sys(["destroy", "--yes"], { unseen: true });
  assert.equal(s.read(".vimrc"), "set ruler\n");
});

ask("at a terminal: skip", async (s) => {
  prepare(s);
  const { code, screen } = await atTerminal(s, ["apply", "dotfiles"], [["q)uit? ", "s\\r"]]);
  assert.equal(code, 0, screen);
  assert.equal(s.read(".vimrc"), "set ruler\n");
  assert.equal(s.read(".inputrc"), "set bell-style none\n");
});

ask("at a terminal: adopt into the config", async (s) => {
  prepare(s);
  const { code, screen } = await atTerminal(s, ["apply", "dotfiles"], [["q)uit? ", "a\\r"]]);
  assert.equal(code, 0, screen);
  assert.equal(s.read("dotfiles/vimrc"), "set ruler\n");
  assert.equal(s.read(".vimrc"), "set ruler\n");
  assert.ok(Deno.lstatSync(s.at(".vimrc")).isSymlink);
});

ask("at a terminal: what is skipped is not managed, and a rollback leaves it", async (s) => {
  prepare(s);
  const { code, screen } = await atTerminal(s, ["apply", "dotfiles"], [["q)uit? ", "s\\r"]]);
  assert.equal(code, 0, screen);
  const snapshot = async () =>
    JSON.parse((await s.sys(["show", "--json"], { unseen: true })).stdout);
  const managed = async () =>
    (await snapshot()).wanted.paths.map(({ target }: { target: string }) => target);
  assert.ok(!(await managed()).includes("~/.vimrc"));
  // At a rollback too: what was edited, and is skipped then, is the user's.
  s.write("dotfiles/init.lua", CONFIG.replace("bell-style none", "bell-style visible"));
  s.write(".vimrc", "set number\n");
  assert.equal((await s.sys(["apply", "dotfiles"], { unseen: true })).code, 0);
  Deno.removeSync(s.at(".vimrc"));
  s.write(".vimrc", "edited\n");
  Deno.removeSync(s.at(".inputrc"));
  s.write(".inputrc", "edited\n");
  const back = await atTerminal(s, ["rollback"], [["q)uit? ", "s\\r"]]);
  assert.equal(back.code, 0, back.screen);
  assert.equal(s.read(".inputrc"), "edited\n");
  assert.ok(!(await managed()).includes("~/.inputrc"));
  assert.equal((await s.sys(["status"], { unseen: true })).code, 0);
});

ask("at a terminal: what can be adopted is, through links and with its mode", async (s) => {
  prepare(s);
  Deno.renameSync(s.at("dotfiles/vimrc"), s.at("dotfiles/real"));
  Deno.chmodSync(s.at("dotfiles/real"), 0o640);
  Deno.symlinkSync("real", s.at("dotfiles/vimrc"));
  s.write(".inputrc", "the user's own\n");
  const { code, screen } = await atTerminal(s, ["apply", "dotfiles"], [
    ["q)uit? ", "a\\r"],
    ["Cannot adopt ~/.inputrc", ""],
    ["q)uit? ", "s\\r"],
  ]);
  assert.equal(code, 0, screen);
  assert.match(screen, /1 file that sys.lua did not put there/);
  assert.equal(Deno.readLinkSync(s.at("dotfiles/vimrc")), "real");
  assert.equal(s.read("dotfiles/real"), "set ruler\n");
  assert.equal((Deno.lstatSync(s.at("dotfiles/real")).mode ?? 0) & 0o7777, 0o640);
  assert.deepEqual([...Deno.readDirSync(s.at("dotfiles"))].map(({ name }) => name).sort(), [
    ...[".luarc.json", "init.lua", "real", "vimrc"].filter((name) => s.exists(`dotfiles/${name}`)),
  ]);
  assert.equal(s.read(".inputrc"), "the user's own\n");
});

for (
  const [name, answer, expected] of [["quit", "q\\r", 6], ["press Ctrl-C", "\\003", 130]] as const
) {
  ask(`at a terminal: ${name}`, async (s) => {
    prepare(s);
    const { code, screen } = await atTerminal(s, ["apply", "dotfiles"], [["q)uit? ", answer]]);
    assert.equal(code, expected, screen);
    assert.equal(s.read(".vimrc"), "set ruler\n");
    assert.equal(s.exists(".inputrc"), false);
  });
}

ask("at a terminal: destroy asks", async (s) => {
  prepare(s);
  await s.sys(["apply", "dotfiles", "--replace"], { unseen: true });
  const no = await atTerminal(s, ["destroy"], [["[y/N] ", "n\\r"]]);
  assert.equal(no.code, 130, no.screen);
  assert.equal(s.read(".vimrc"), "set number\n");
  const yes = await atTerminal(s, ["destroy"], [["[y/N] ", "y\\r"]]);
  assert.equal(yes.code, 0, yes.screen);
  assert.equal(s.read(".vimrc"), "set ruler\n");
});

story("destroy in a script needs --yes", async (s) => {
  prepare(s);
  await s.sys(["apply", "dotfiles", "--replace"], { unseen: true });
  assert.equal((await s.sys(["destroy"])).code, 2);
  assert.equal(s.read(".vimrc"), "set number\n");
});

/** While its build runs, a file of the user's appears where another is wanted. */
const MOVING = `return { setup = function()
  local built = derive {
    name = "built", opts = { at = syslua.getenv("HOME") .. "/text" },
    config = function(opts, ctx)
      ctx.run("echo mine > " .. opts.at)
      ctx.write(ctx.out, "built\\n")
    end,
  }
  file { path = "~/built", source = built.out }
  file { path = "~/text", content = "wanted\\n" }
end }
`;

ask("at a terminal: plan again when something moved", async (s) => {
  s.write("init.lua", MOVING);
  const { code, screen } = await atTerminal(s, ["apply", "--sandbox", "off"], [
    ["~/text: was nothing, is a file", ""],
    ["p)lan again, q)uit? ", "p\\r"],
    ["s)kip them", "r\\r"],
  ]);
  assert.equal(code, 0, screen);
  assert.equal(s.read("text"), "wanted\n");
  assert.equal(s.read("built"), "built\n");
  await s.sys(["destroy", "--yes"], { unseen: true });
  assert.equal(s.read("text"), "mine\n");
});

ask("at a terminal: quit when something moved", async (s) => {
  s.write("init.lua", MOVING);
  const { code, screen } = await atTerminal(s, ["apply", "--sandbox", "off"], [
    ["p)lan again, q)uit? ", "q\\r"],
  ]);
  assert.equal(code, 1, screen);
  assert.equal(s.read("text"), "mine\n");
  assert.equal(s.exists("built"), false);
});

story("a script stops when something moved", async (s) => {
  s.write("init.lua", MOVING);
  const { code } = await s.sys(["apply", "--sandbox", "off"]);
  assert.equal(code, 1);
  assert.equal(s.read("text"), "mine\n");
  assert.equal(s.exists("built"), false);
});
