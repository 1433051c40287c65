import assert from "node:assert/strict";
import { isInMemory } from "../../src/system/memory_type.ts";
import { type Story, story, sysArgv } from "../support/story.ts";

const KEY = "AGE-SECRET-KEY-1MF6RSTRAFKUM72VM5W3EKLEFQD0PRP9550VE6YCWP7PFWV528HESDPA0F6";
const RECIPIENT = "age10yrm5zh6mjswaydech0lmcpwh5qt4gu7k0c729ztfwsscw2kwexqg2ggwt";
const OTHER = "age1086ku5msdutr5kk44avpu77rtf25ud67ypjrazmv04s2e70wjpksar3zrz";
/** What no file, message or argument may hold. */
const SECRET = "hunter2-correct-horse";

/** A person who has a key already. */
function prepare(s: Story): void {
  s.write(".config/sops/age/keys.txt", `${KEY}\n`, 0o600);
}

/** Whether any file below the home holds a text in some form. */
async function holds(s: Story, text: string): Promise<boolean> {
  const bytes = new TextEncoder().encode(text);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const forms = [text, btoa(text).slice(0, -4), hex, encodeURIComponent(text)];
  const words = forms.flatMap((form) => ["-e", `'${form}'`]).join(" ");
  return (await s.shell(`grep -rqaF ${words} .`, { unseen: true })).code === 0;
}

const set = (s: Story, file: string, way: string, value: string) =>
  s.sys(["secrets", "set", file, way, "--stdin"], { stdin: value });

story("files of secrets from the first key on", async (s) => {
  prepare(s);
  const run = (...args: string[]) => s.sys(["secrets", ...args]);
  assert.equal((await run("init")).code, 0);
  assert.equal((await set(s, "secrets.yaml", "db.password", `${SECRET}\n`)).code, 0);
  assert.equal((await set(s, "secrets.yaml", "db.cert", "one\ntwo\n")).code, 0);
  await s.sys(["secrets", "set", "secrets.yaml", "db.port", "--type", "int", "--stdin"], {
    stdin: "5432\n",
  });
  const { stdout } = await s.sys(["secrets", "show", "secrets.yaml", "db.password"], {
    unseen: true,
  });
  assert.equal(stdout, SECRET);
  assert.equal(await holds(s, SECRET), false);
  await run("show", "secrets.yaml", "db.cert");
  await run("show", "secrets.yaml", "db.port", "--json");
  await run("recipients", "secrets.yaml");
  s.write(".sops.yaml", s.read(".sops.yaml").replace(RECIPIENT, `${RECIPIENT},\n      ${OTHER}`));
  assert.equal((await run("rekey", "secrets.yaml")).code, 0);
  assert.equal((await run("rekey", "secrets.yaml")).code, 0);
  assert.equal((await run("init")).code, 0);
  for (
    const [file, way] of [["a.json", "x.y"], ["a.env", "X"], ["a.ini", "s.x"], ["a.key", "data"]]
  ) {
    assert.equal((await set(s, file, way, SECRET)).code, 0);
    const shown = await s.sys(["secrets", "show", file, way], { unseen: true });
    assert.equal(shown.stdout, SECRET, file);
  }
  assert.equal(await holds(s, SECRET), false);
});

story("a first key is made, for its owner only", async (s) => {
  const { code, stdout } = await s.sys(["secrets", "init"], { unseen: true });
  assert.equal(code, 0);
  const [recipient] = /age1\w+/.exec(stdout)!;
  const path = ".config/sops/age/keys.txt";
  assert.match(stdout, new RegExp(`Made your key in ${s.at(path)}`));
  assert.equal((Deno.lstatSync(s.at(path)).mode ?? 0) & 0o777, 0o600);
  assert.equal((Deno.lstatSync(s.at(".config/sops/age")).mode ?? 0) & 0o777, 0o700);
  assert.match(s.read(path), new RegExp(`public key: ${recipient}\nAGE-SECRET-KEY-1`));
  assert.match(s.read(".sops.yaml"), new RegExp(`age: >-\n +${recipient}\n`));
  assert.equal((await set(s, "secrets.yaml", "a", SECRET)).code, 0);
});

story("what is wrong with files of secrets", async (s) => {
  prepare(s);
  const run = (...args: string[]) => s.sys(["secrets", ...args]);
  const refused = async (code: number, ...args: string[]) => {
    const done = await run(...args);
    assert.equal(done.code, code, done.stderr);
    assert.doesNotMatch(done.stdout + done.stderr, new RegExp(SECRET));
  };
  await refused(3, "show", "nothing.yaml");
  await refused(3, "set", "new.yaml", "a", "--stdin");
  await s.sys(["secrets", "init"], { unseen: true });
  s.write("plain.yaml", `password: ${SECRET}\n`);
  await refused(3, "show", "plain.yaml");
  assert.equal((await set(s, "secrets.yaml", "a", SECRET)).code, 0);
  await refused(3, "show", "secrets.yaml", "b");
  await refused(2, "show", "secrets.yaml", "a..b");
  await refused(2, "set", "secrets.yaml", "a");
  await refused(2, "set", "secrets.yaml", "a", "--type", "int", "--stdin");
  await refused(2, "init", "--recipient", "nobody");
  await refused(2, "init", "nowhere");
  Deno.symlinkSync("secrets.yaml", s.at("link.yaml"));
  await refused(3, "set", "link.yaml", "a", "--stdin");
  const whole = s.read("secrets.yaml");
  s.write(
    "secrets.yaml",
    whole.replace(/data:./, (found) => found === "data:A" ? "data:B" : "data:A"),
  );
  await refused(3, "show", "secrets.yaml");
  s.write(
    "secrets.yaml",
    whole.replace(/^ {4}lastmodified: .*$/m, '    lastmodified: "2020-01-01T00:00:00Z"'),
  );
  await refused(3, "show", "secrets.yaml");
  s.write("secrets.yaml", whole.slice(0, 200));
  await refused(3, "show", "secrets.yaml");
  s.write("secrets.yaml", whole);
  Deno.removeSync(s.at(".config/sops/age/keys.txt"));
  await s.sys(["secrets", "show", "secrets.yaml"], { unseen: true }).then(({ code, stderr }) => {
    assert.equal(code, 3);
    assert.match(stderr, /(there is no key to decrypt it with|none of your keys opens it)/);
  });
});

story("a value on the command line is refused, and is in no trace", async (s) => {
  prepare(s);
  await s.sys(["secrets", "init"], { unseen: true });
  const words = ["secrets", "set", "secrets.yaml", "a", SECRET, "--trace", "trace.json"];
  const { code, stdout, stderr } = await s.sys(words, { unseen: true });
  assert.equal(code, 2);
  assert.match(stderr, /Cannot take a value from the command line/);
  assert.doesNotMatch(stdout + stderr, new RegExp(SECRET));
  assert.equal(s.exists("secrets.yaml"), false);
  assert.equal((await set(s, "secrets.yaml", "a", SECRET)).code, 0);
  const shown = ["secrets", "show", "secrets.yaml", "--trace", "trace2.json", "--timings"];
  await s.sys(shown, { unseen: true });
  assert.match(s.read("trace2.json"), /sys secrets show/);
  assert.equal(await holds(s, SECRET), false);
});

const memory = isInMemory("/dev/shm");
const inMemory = (name: string, tell: (s: Story) => Promise<void>) =>
  story(`${name}${memory ? "" : " (needs a tmpfs at /dev/shm)"}`, tell, { ignore: !memory });

inMemory("an editor sees the plain text in memory, and nobody else does", async (s) => {
  prepare(s);
  await s.sys(["secrets", "init"], { unseen: true });
  assert.equal((await set(s, "secrets.yaml", "a", SECRET)).code, 0);
  s.write(
    "editor",
    `#!/bin/sh
stat -f -c %T "$1" > seen
stat -c '%a %n' "$1" >> seen
stat -c %a "$(dirname "$1")" >> seen
cat "$1" | wc -c >> seen
echo 'b: 1' >> "$1"
`,
    0o755,
  );
  const env = { EDITOR: "./editor" };
  const edited = await s.sys(["secrets", "edit", "secrets.yaml"], { env });
  assert.equal(edited.code, 0, edited.stderr);
  const [type, file, folder, size] = s.read("seen").split("\n");
  assert.equal(type, "tmpfs");
  assert.match(file, /^600 \/.*\/syslua-\d+-\d+-[^/]+\/secrets\.yaml$/);
  assert.equal(folder, "700");
  assert.equal(Number(size), `a: ${SECRET}\n`.length);
  assert.throws(() => Deno.lstatSync(file.slice(4)), Deno.errors.NotFound);
  assert.equal(await holds(s, SECRET), false);
  const { stdout } = await s.sys(["secrets", "show", "secrets.yaml"], { unseen: true });
  assert.equal(stdout, `a: ${SECRET}\nb: 1\n`);
  await s.sys(["secrets", "edit", "secrets.yaml"], { env: { EDITOR: "true" } });
  await s.sys(["secrets", "edit", "secrets.yaml"], { env: { EDITOR: "false" } });
  const wrong = { EDITOR: `sh -c 'echo "c: ${SECRET}: x" >> "$1"' sh` };
  assert.equal((await s.sys(["secrets", "edit", "secrets.yaml"], { env: wrong })).code, 3);
});

const hasExpect = (() => {
  try {
    return new Deno.Command("expect", { args: ["-v"] }).outputSync().success;
  } catch {
    return false;
  }
})();

story(
  `an editor is opened again for what can't be read${hasExpect && memory ? "" : " (needs expect)"}`,
  async (s) => {
    prepare(s);
    await s.sys(["secrets", "init"], { unseen: true });
    const first = ["secrets", "set", "secrets.yaml", "a", "--stdin"];
    await s.sys(first, { stdin: SECRET, unseen: true });
    const lines = `[ -e second ] && echo 'a: new' > "$1" || echo '{' > "$1"\n: > second\n`;
    s.write("editor", `#!/bin/sh\n${lines}`, 0o755);
    const words = sysArgv(["secrets", "edit", "secrets.yaml"]);
    const script = [
      "set timeout 120",
      `spawn -noecho ${words.map((word) => `{${word}}`).join(" ")}`,
      `expect -ex {q)uit? } {} timeout { exit 99 } eof { exit 98 }`,
      `send "e\\r"`,
      "expect eof {} timeout { exit 97 }",
      "exit [lindex [wait] 3]",
    ].join("\n");
    const { code, stdout } = await new Deno.Command("expect", {
      args: ["-c", script],
      cwd: s.home,
      env: { ...s.env, TERM: "xterm", EDITOR: s.at("editor") },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stdout));
    const shown = await s.sys(["secrets", "show", "secrets.yaml"], { unseen: true });
    assert.equal(shown.stdout, "a: new\n");
  },
  { ignore: !hasExpect || !memory },
);

story(
  `a value that is asked for is not shown${hasExpect ? "" : " (needs expect)"}`,
  async (s) => {
    prepare(s);
    await s.sys(["secrets", "init"], { unseen: true });
    const words = sysArgv(["secrets", "set", "secrets.yaml", "a"]);
    const type = async (keys: string) => {
      const script = [
        "set timeout 120",
        `spawn -noecho ${words.map((word) => `{${word}}`).join(" ")}`,
        `expect -ex {not shown} {} timeout { exit 99 } eof { exit 98 }`,
        // What comes before the terminal is set would be echoed by it.
        `expect -ex {): }`,
        `sleep 1`,
        `send "${keys}"`,
        "expect eof {} timeout { exit 97 }",
        "exit [lindex [wait] 3]",
      ].join("\n");
      const { code, stdout } = await new Deno.Command("expect", {
        args: ["-c", script],
        cwd: s.home,
        env: { ...s.env, TERM: "xterm" },
        clearEnv: true,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).output();
      return { code, screen: new TextDecoder().decode(stdout) };
    };
    const done = await type(`${SECRET}xä\\177\\177\\r`);
    assert.equal(done.code, 0, done.screen);
    assert.doesNotMatch(done.screen, /hunter2/);
    const { stdout } = await s.sys(["secrets", "show", "secrets.yaml", "a"], { unseen: true });
    assert.equal(stdout, SECRET);
    const before = s.read("secrets.yaml");
    const stopped = await type(`${SECRET}y\\003`);
    assert.equal(stopped.code, 130, stopped.screen);
    assert.equal(s.read("secrets.yaml"), before);
  },
  { ignore: !hasExpect },
);
