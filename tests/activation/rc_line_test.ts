import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import {
  addRcLine,
  hasRcLine,
  rcFile,
  rcLine,
  removeRcLine,
  type ShellName,
} from "../../src/activation/rc_line.ts";
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

Deno.test("rc line: where each shell's file lies", () => {
  const none = () => undefined;
  assert.equal(rcFile("bash", none, "linux"), "~/.bashrc");
  assert.equal(rcFile("bash", none, "darwin"), "~/.bash_profile");
  assert.equal(
    rcFile("zsh", (name) => name === "ZDOTDIR" ? "/z" : undefined, "linux"),
    "/z/.zshrc",
  );
  assert.equal(rcFile("fish", none, "linux"), "~/.config/fish/config.fish");
  assert.match(rcFile("powershell", none, "windows"), /Documents/);
});

for (
  const [program, shell, file] of [
    ["dash", "sh", "env.sh"],
    ["bash", "bash", "env.sh"],
    ["zsh", "zsh", "env.sh"],
    ["fish", "fish", "env.fish"],
  ] as const
) {
  const missing = real.processes.which(program) === null;
  Deno.test({
    name: `rc line: ${program} sources what is there, and says nothing where nothing is${
      missing ? " (not installed)" : ""
    }`,
    ignore: missing,
    fn: async () => {
      const dir = Deno.makeTempDirSync({ prefix: "it's $HOME " });
      try {
        const run = async () => {
          const { code, stdout, stderr } = await real.processes.run({
            argv: [program, "-c", `${rcLine(shell, dir)}\necho "[$FOUND]"`],
            env: { PATH: "/usr/bin:/bin", HOME: dir },
          });
          assert.equal(new TextDecoder().decode(stderr), "");
          assert.equal(code, 0);
          return new TextDecoder().decode(stdout);
        };
        assert.equal(await run(), "[]\n");
        const line = shell === "fish" ? "set -gx FOUND it" : "FOUND=it";
        Deno.writeTextFileSync(join(dir, file), `${line}\n`);
        assert.equal(await run(), "[it]\n");
      } finally {
        Deno.removeSync(dir, { recursive: true });
      }
    },
  });
}
