/** Shows what sys does to a real home: `deno task demo [--compiled]`.
 *
 * In a throw-away home with a person's files in it, the configuration in examples/laptop is planned, applied,
 * used from real shells, changed, rolled back and destroyed. At the end the home is compared with what it was. */
import { reachableRegistry } from "./demo/registry.ts";
import { Stage } from "./demo/stage.ts";
import { fromFileUrl } from "../tests/support/paths.ts";

const EXAMPLE = fromFileUrl(new URL("../examples/laptop", import.meta.url));

const unknown = Deno.args.filter((arg) => arg !== "--compiled");
if (unknown.length > 0) {
  console.error(`demo: there is no ${unknown[0]}\nusage: deno task demo [--compiled]`);
  Deno.exit(2);
}
const stage = new Stage(Deno.args.includes("--compiled"));
const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
for (const signal of signals) {
  Deno.addSignalListener(signal, () => {
    stage.end();
    Deno.exit(130);
  });
}
try {
  await play(stage);
} catch (error) {
  stage.check(false, `the demo broke off: ${error instanceof Error ? error.stack : error}`);
} finally {
  stage.end();
}
if (stage.problems.length > 0) {
  console.log(`\n${stage.problems.length} not as it should be:`);
  for (const problem of stage.problems) console.log(`  ${problem}`);
  Deno.exit(1);
}

async function play(stage: Stage): Promise<void> {
  const registry = await reachableRegistry();
  const env: Record<string, string> = registry === null
    ? { LAPTOP_OFFLINE: "1" }
    : { npm_config_registry: registry };
  const online = registry !== null;

  stage.say(
    "A home as people have them",
    "Some files are there already: shell and git settings, one of them private, a link, an editor's folder.",
  );
  settleIn(stage);
  const before = stage.look();
  await stage.run(["ls", "-lA", ".", ".ssh", ".config", ".local/bin"]);
  console.log(
    online
      ? "\nThe npm registry answers, so all tools of the laptop are built."
      : "\nNo npm registry can be reached: lefthook and guard are left out (LAPTOP_OFFLINE=1).",
  );

  stage.say("What would change?", "A plan only looks. It says which files are in the way.");
  await stage.sys(["plan", "laptop"], { env, says: ["~/.bashrc", "tally"] });
  stage.check(same(before, stage.look()), "`sys plan` changed the home");

  stage.say(
    "Nothing is replaced without a word",
    "In a script nobody can be asked, so apply stops before the first write, with exit code 6.",
  );
  await stage.sys(["apply", "laptop"], { env, code: 6, says: ["~/.bashrc", "~/.gitconfig"] });
  stage.check(same(before, stage.look()), "a refused `sys apply` changed the home");

  stage.say(
    "Apply",
    "With leave to replace. What was there is kept, and comes back when the file is no longer wanted.",
  );
  await stage.sys(["apply", "laptop", "--replace"], { env });
  await stage.run(["ls", "-lA", "."]);
  const applied = stage.look();
  await stage.sys(["apply", "laptop"], { env, shown: "sys apply laptop    # again" });
  stage.check(same(applied, stage.look()), "a second `sys apply` changed the home");

  stage.say("Real shells", "Every shell has the tools, the environment and the completions.");
  await visitShells(stage, online);
  if (online) await commitSomething(stage);

  stage.say(
    "Is everything as it should be?",
    "Somebody removes a link: status tells, apply mends.",
  );
  await stage.sys(["status"], { env });
  Deno.removeSync(`${stage.home}/.inputrc`);
  await stage.sys(["status"], { env, code: 4, says: ["~/.inputrc"] });
  await stage.sys(["apply", "laptop"], { env });
  stage.check(same(applied, stage.look()), "`sys apply` did not mend the home");

  stage.say("A change", "Another editor, larger letters, one script less, one file more.");
  edit(stage);
  await stage.run(["diff", "-ru", EXAMPLE, "laptop"], {
    code: 1,
    shown: "diff -ru examples/laptop laptop",
  });
  await stage.sys(["plan", "laptop"], { env });
  await stage.sys(["apply", "laptop"], { env });
  await stage.sys(["diff"], { env, says: ["EDITOR", "~/.config/kitty/kitty.conf"] });
  await stage.sys(["history"], { env });
  stage.check(
    !exists(stage, ".local/bin/serve"),
    "a script that is gone from the config is still there",
  );
  stage.check(exists(stage, ".config/zellij/config.kdl"), "a new file of the config is not there");

  stage.say("Back", "One command undoes the change, without building or fetching anything.");
  await stage.sys(["rollback"], { env: { ...env, npm_config_registry: "http://127.0.0.1:1/" } });
  stage.check(
    same(applied, stage.look()),
    "`sys rollback` did not bring back what was applied first",
  );
  await stage.sys(["status"], { env });

  stage.say("Without sys", "Destroy gives everything back; gc then frees the store.");
  await stage.sys(["destroy", "--yes"], { env });
  await stage.sys(["gc", "--keep", "1"], { env });

  const after = stage.look();
  const differences = [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
  if (differences.length === 0) {
    console.log(
      `\nThe home is as it was: ${before.length} files, links and folders, byte for byte, with modes.`,
    );
  } else {
    stage.check(false, `the home is not as it was:\n    ${differences.join("\n    ")}`);
  }
}

/** Files of somebody who has used this account for a while, and a copy of the example. */
function settleIn(stage: Stage) {
  stage.write(".bashrc", "# mine since 2009\nalias please=sudo\nexport EDITOR=emacs\n");
  stage.write(".gitconfig", "[user]\n\tname = Maria\n\temail = maria@example.org\n", 0o600);
  stage.write(".ssh/config", "Host work\n  HostName work.example.org\n  User maria\n", 0o600);
  Deno.chmodSync(`${stage.home}/.ssh`, 0o700);
  stage.write("old-dotfiles/vimrc", "set number\n");
  Deno.symlinkSync("old-dotfiles/vimrc", `${stage.home}/.vimrc`);
  // The same as in the config: taken over without a question.
  stage.write(".editorconfig", Deno.readTextFileSync(`${EXAMPLE}/dotfiles/editorconfig`));
  stage.write(".config/nvim/lua/machine.lua", "vim.opt.guifont = 'Hack'\n");
  stage.write(".local/bin/backup", "#!/bin/sh\nexec rsync -a ~/ /mnt/backup/\n", 0o755);
  stage.write("notes.txt", "call Ada\n");
  copyFolder(EXAMPLE, stage.config);
}

function copyFolder(from: string, to: string) {
  Deno.mkdirSync(to);
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) copyFolder(`${from}/${name}`, `${to}/${name}`);
    else Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
  }
}

/** Opens each shell that this machine has, as a person would. */
async function visitShells(stage: Stage, online: boolean) {
  const before = stage.look();
  const words = `printf 'git\\nls\\ngit\\nvim\\ngit\\n' | tally`;
  const tools = ["tally -V", words, ...(online ? ["lefthook version"] : [])];
  if (await has("man")) tools.push("man tally | head -n 4");
  const visits: Record<string, readonly string[]> = {
    bash: [...tools, 'echo "$EDITOR $RIPGREP_CONFIG_PATH"', "alias gs", "type -t mkcd"],
    zsh: [...tools, 'echo "$EDITOR $RIPGREP_CONFIG_PATH"', "alias gs", "whence -w mkcd"],
    fish: [...tools, 'echo "$EDITOR $RIPGREP_CONFIG_PATH"', "abbr --show", "type -t mkcd"],
  };
  for (const [shell, lines] of Object.entries(visits)) {
    if (!await has(shell)) {
      console.log(`(there is no ${shell} on this machine)`);
      continue;
    }
    await stage.run([shell, "-i", "-c", lines.join("\n")], {
      shown: `${shell}    # ${lines.join("; ")}`,
      says: [
        "tally 1.0",
        "3  60.0%",
        "vim ~/.config".replace("~", stage.home),
        "git status --short",
      ],
    });
  }
  // Histories and caches are the shells' own, and not what is compared later.
  const known = new Set(before.map(pathOf));
  const left = stage.look().map(pathOf).filter((path) => !known.has(path)).sort().reverse()
    .filter((path) => removeUnlessFull(`${stage.home}/${path}`));
  if (left.length > 0) {
    console.log(`(what the shells wrote themselves is removed: ${left.join(", ")})`);
  }
}

/** Removes a file, or a folder in which nothing is; tells whether it is gone. */
function removeUnlessFull(path: string): boolean {
  if (Deno.lstatSync(path).isDirectory && !Deno.readDirSync(path)[Symbol.iterator]().next().done) {
    return false;
  }
  Deno.removeSync(path);
  return true;
}

/** A commit that the checks refuse, and one that they let pass. */
async function commitSomething(stage: Stage) {
  if (!await has("git")) return;
  const project = Deno.makeTempDirSync({ dir: stage.home, prefix: "project-" });
  const login = (line: string) => ["sh", "-c", `. ~/.profile; ${line}`];
  const git = (line: string, code = 0) =>
    stage.run(login(line), { shown: line, cwd: project, code });
  try {
    await git(
      "git init --quiet .; git config user.name Maria; git config user.email m@example.org",
    );
    Deno.writeTextFileSync(`${project}/plan.txt`, "buy milk   \n");
    await git("git add plan.txt; git commit -m 'Plan the day'", 1);
    Deno.writeTextFileSync(`${project}/plan.txt`, "buy milk\n");
    await git("git add plan.txt; git commit -m 'Plan the day'");
  } finally {
    Deno.removeSync(project, { recursive: true });
  }
}

/** Changes the config as a person would. */
function edit(stage: Stage) {
  const entry = `${stage.config}/init.lua`;
  const text = Deno.readTextFileSync(entry);
  const changed = text.replace('editor = "vim"', 'editor = "nvim"')
    .replace("font_size = 12.5", "font_size = 14")
    .replace(
      '  require("modules.tally").setup()\n',
      '  file { path = "~/.config/zellij/config.kdl", content = \'theme "default"\\n\' }\n$&',
    );
  stage.check(changed !== text, "the example has changed: the demo's edit does not fit it");
  Deno.writeTextFileSync(entry, changed);
  Deno.removeSync(`${stage.config}/dotfiles/bin/serve`);
}

async function has(program: string): Promise<boolean> {
  try {
    const args = ["-c", `command -v ${program}`];
    return (await new Deno.Command("sh", { args, stdout: "null" }).output()).success;
  } catch {
    return false;
  }
}

function exists(stage: Stage, path: string): boolean {
  try {
    Deno.lstatSync(`${stage.home}/${path}`);
    return true;
  } catch {
    return false;
  }
}

/** The path in a line of a described tree. */
function pathOf(line: string): string {
  return line.replace(/^(link|dir +\d{4}|file \d{4}) /, "").replace(/( -> .*| [0-9a-f]{64})$/, "");
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, n) => line === b[n]);
}
