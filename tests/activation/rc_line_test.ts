import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import {
  addRcLine,
  hasRcLine,
  rcFiles,
  rcLine,
  type RcWorld,
  removeRcLine,
  type ShellName,
} from "../../src/activation/rc_line.ts";
import { NU } from "../support/nushell.ts";
import { real } from "./support.ts";

const SHELLS: ShellName[] = ["sh", "bash", "zsh", "fish", "powershell", "nushell"];

Deno.test("rc line: added once, and taken away without a trace", () => {
  fc.assert(fc.property(fc.string(), fc.constantFrom(...SHELLS), (rc, shell) => {
    const added = addRcLine(rc, shell, "/r o'ot");
    assert.ok(hasRcLine(added));
    assert.equal(addRcLine(added, shell, "/r o'ot"), added);
    // Only a missing newline at the end is left behind.
    assert.equal(removeRcLine(added), rc === "" || rc.endsWith("\n") ? rc : `${rc}\n`);
    assert.equal(removeRcLine(rc), rc);
  }));
});

Deno.test("rc line: one for another root is replaced where it is", () => {
  const old = addRcLine("a\n", "bash", "/old") + "b\n";
  assert.equal(addRcLine(old, "bash", "/new"), `a\n${rcLine("bash", "/new")}\nb\n`);
});

const PLACE: RcWorld = {
  os: "linux",
  env: () => undefined,
  exists: () => false,
  documents: "/c/Users/jo/OneDrive/Documents",
};

function checkFiles(shell: ShellName, world: Partial<RcWorld>, ...expected: string[]) {
  assert.deepEqual(rcFiles(shell, { ...PLACE, ...world }), expected);
}

Deno.test("rc line: where each shell's file lies", () => {
  checkFiles("sh", {}, "~/.profile");
  checkFiles("bash", {}, "~/.bashrc");
  checkFiles("zsh", { env: (name) => name === "ZDOTDIR" ? "/z" : undefined }, "/z/.zshrc");
  checkFiles("fish", {}, "~/.config/fish/config.fish");
});

Deno.test("rc line: macOS: a new .bash_profile does not hide what the user has in .profile", () => {
  const has = (...files: string[]) => ({
    os: "darwin" as const,
    exists: (path: string) => files.includes(path),
  });
  checkFiles("bash", has(), "~/.profile");
  checkFiles("bash", has("~/.profile"), "~/.profile");
  checkFiles("bash", has("~/.profile", "~/.bash_login"), "~/.bash_login");
  checkFiles("bash", has("~/.profile", "~/.bash_profile"), "~/.bash_profile");
});

Deno.test("rc line: windows: both PowerShells' profiles lie where the system has the documents", () => {
  checkFiles(
    "powershell",
    { os: "windows" },
    "/c/Users/jo/OneDrive/Documents/PowerShell/profile.ps1",
    "/c/Users/jo/OneDrive/Documents/WindowsPowerShell/profile.ps1",
  );
  checkFiles("powershell", {}, "~/.config/powershell/profile.ps1");
});

Deno.test("nushell: its folder differs by system", () => {
  const set = { env: (name: string) => name === "XDG_CONFIG_HOME" ? "/x" : undefined };
  checkFiles("nushell", {}, "~/.config/nushell/config.nu");
  checkFiles("nushell", { os: "darwin" }, "~/Library/Application Support/nushell/config.nu");
  checkFiles("nushell", { os: "windows" }, "~/AppData/Roaming/nushell/config.nu");
  for (const os of ["linux", "darwin", "windows"] as const) {
    checkFiles("nushell", { ...set, os }, "/x/nushell/config.nu");
  }
});

Deno.test({
  name: `nushell: its folder is where it says${NU === null ? " (not installed)" : ""}`,
  ignore: NU === null,
  fn: async () => {
    const home = Deno.makeTempDirSync();
    try {
      const { stdout } = await real.processes.run({
        argv: [NU!, "--no-config-file", "-c", "print -n $nu.config-path"],
        env: { PATH: "/usr/bin:/bin", HOME: home },
      });
      const os = real.host.os;
      checkFiles("nushell", { os }, new TextDecoder().decode(stdout).replace(home, "~"));
    } finally {
      Deno.removeSync(home, { recursive: true });
    }
  },
});

for (
  const [program, shell, file] of [
    ["dash", "sh", "env.sh"],
    ["bash", "bash", "env.sh"],
    ["zsh", "zsh", "env.sh"],
    ["fish", "fish", "env.fish"],
    [NU ?? "nu", "nushell", "env.nu"],
  ] as const
) {
  const missing = !program.includes("/") && real.processes.which(program) === null;
  const name = shell === "nushell" ? shell : program;
  Deno.test({
    name: `rc line: ${name} sources what is there, and says nothing where nothing is${
      missing ? " (not installed)" : ""
    }`,
    ignore: missing,
    fn: async () => {
      const dir = Deno.makeTempDirSync({ prefix: "it's $HOME " });
      const said = shell === "nushell"
        ? `print $"[($env.FOUND? | default '')]"`
        : `echo "[$FOUND]"`;
      try {
        const run = async () => {
          const { code, stdout, stderr } = await real.processes.run({
            argv: [program, "-c", `${rcLine(shell, dir)}\n${said}`],
            env: { PATH: "/usr/bin:/bin", HOME: dir },
          });
          assert.equal(new TextDecoder().decode(stderr), "");
          assert.equal(code, 0);
          return new TextDecoder().decode(stdout);
        };
        assert.equal(await run(), "[]\n");
        const lines: Record<string, string> = {
          fish: "set -gx FOUND it",
          nushell: "$env.FOUND = 'it'",
        };
        const line = lines[shell] ?? "FOUND=it";
        Deno.writeTextFileSync(join(dir, file), `${line}\n`);
        assert.equal(await run(), "[it]\n");
      } finally {
        Deno.removeSync(dir, { recursive: true });
      }
    },
  });
}
