/** The env scripts in real shells: every byte arrives, sourcing twice changes nothing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { type Environment, environmentOf } from "../../src/activation/shell/environment.ts";
import { fishScript } from "../../src/activation/shell/fish.ts";
import { nushellScript, quoteNushell } from "../../src/activation/shell/nushell.ts";
import { posixScript } from "../../src/activation/shell/posix.ts";
import { powershellScript } from "../../src/activation/shell/powershell.ts";
import { quotePowershell } from "../../src/manifest/powershell.ts";
import { NU } from "../support/nushell.ts";
import { real } from "./support.ts";

interface Shell {
  name: string;
  file: string;
  /** Options that make it as touchy as a user may have it. */
  argv: (script: string) => string[];
  script: (environment: Environment) => string;
}

const posix = (name: string, ...flags: string[]): Shell => ({
  name: [name, ...flags].join(" "),
  file: "env.sh",
  argv: (script) => [name, ...flags, "-c", script],
  script: posixScript,
});

const SHELLS: Shell[] = [
  posix("dash", "-eu"),
  posix("bash", "--norc", "-eu"),
  posix("bash", "--posix", "-eu"),
  posix("zsh", "-f", "-eu"),
  posix("zsh", "-f", "-o", "ksharrays", "-o", "shwordsplit", "-o", "rcquotes"),
  {
    name: "fish",
    file: "env.fish",
    argv: (script) => ["fish", "--no-config", "-c", script],
    script: fishScript,
  },
  {
    name: "nushell",
    file: "env.nu",
    argv: (script) => [NU ?? "nu", "--no-config-file", "-c", script],
    script: nushellScript,
  },
];

/** Sources a script some times in a shell with a given environment, gives the environment after it. */
async function sourced(
  shell: Shell,
  environments: Environment[],
  base: Record<string, string> = {},
): Promise<Record<string, string>> {
  const dir = Deno.makeTempDirSync();
  try {
    const lines = environments.map((environment, n) => {
      const path = join(dir, `${n}-${shell.file}`);
      Deno.writeTextFileSync(path, shell.script(environment));
      return `${shell.name === "nushell" ? "source" : "."} ${path}`;
    });
    const { code, stdout, stderr } = await real.processes.run({
      argv: shell.argv([...lines, "/usr/bin/env -0"].join("\n")),
      env: { PATH: "/usr/bin:/bin", HOME: dir, LC_ALL: "C.UTF-8", ...base },
      timeout: 60_000,
    });
    assert.equal(new TextDecoder().decode(stderr), "", shell.name);
    assert.equal(code, 0);
    return Object.fromEntries(
      new TextDecoder().decode(stdout).split("\0").filter((entry) => entry !== "")
        .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
    );
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

const none: Environment = { variables: [], profile: null, scripts: [] };

/** Texts that a shell could take for something else, and any others. */
const nasty = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.array(
    fc.constantFrom(
      "'",
      '"',
      "$",
      "\\",
      "!",
      "`",
      "\n",
      " ",
      "*",
      "~",
      "#",
      "&",
      ";",
      "(",
      "%",
      "\t",
    ),
    { maxLength: 8 },
  ).map((parts) => parts.join("")),
  fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: 6 })
    .map((codes) => String.fromCharCode(...codes)),
).map((text) => text.replaceAll("\0", "").toWellFormed());

/** Parts of a list: they may hold anything but the separator. */
const part = nasty.map((text) => text.replaceAll(":", "") || "x");

for (const shell of SHELLS) {
  const [program] = shell.argv("");
  const missing = !program.includes("/") && real.processes.which(program) === null;
  const options = {
    ignore: missing,
    name: `shell: ${shell.name}${missing ? " (not installed)" : ""}`,
  };

  Deno.test({
    ...options,
    name: `${options.name}: every text arrives as it is`,
    fn: async () => {
      const samples = fc.sample(nasty, { numRuns: 300, seed: 7 });
      const all = Array.from({ length: 255 }, (_, n) => String.fromCharCode(n + 1));
      const values = [...samples, ...all, "a\n\n", "\n", "-n", "--", "'''", "\\'", "$HOME", "!!"];
      const variables = values.map((value, n) => ({
        name: `V${n}`,
        op: "set" as const,
        values: [value],
        separator: ":",
      }));
      const found = await sourced(shell, [{ ...none, variables }]);
      values.forEach((value, n) => assert.equal(found[`V${n}`], value, JSON.stringify(value)));
    },
  });

  Deno.test({
    ...options,
    name: `${options.name}: lists grow once, and are as the model says`,
    fn: async () => {
      const lists = fc.sample(
        fc.record({
          own: fc.array(part, { minLength: 1, maxLength: 3 }),
          before: fc.array(fc.oneof(part, fc.constant("")), { maxLength: 4 }),
          op: fc.constantFrom("prepend" as const, "append" as const),
        }),
        { numRuns: 120, seed: 11 },
      );
      const separators = [":", " ", "::", ","];
      const variables = lists.map(({ own, op }, n) => {
        const separator = separators[n % separators.length];
        const values = own.map((value) => value.replaceAll(separator, "") || "y");
        return { name: `L${n}`, op, values, separator };
      });
      const base: Record<string, string> = {
        PATH: "/usr/bin:/bin",
        L0: "",
      };
      lists.forEach(({ own, before }, n) => {
        const { separator, values } = variables[n];
        // Some of what is there already is what will be added.
        const parts = [...before, ...(n % 3 === 0 ? [values[0]] : []), ...own.slice(1)];
        base[`L${n}`] = parts.map((text) => text.replaceAll(separator, "")).join(separator);
      });
      const environment = { ...none, variables, profile: "/r o'ot/profile" };
      const expected = environmentOf(environment, base);
      for (const times of [1, 2, 3]) {
        const found = await sourced(shell, Array(times).fill(environment), base);
        for (const { name } of [...variables, { name: "PATH" }, { name: "MANPATH" }]) {
          assert.equal(found[name], expected[name], `${name}, sourced ${times} times`);
        }
        assert.equal(found.PATH, "/r o'ot/profile/bin:/usr/bin:/bin");
        assert.equal(found.MANPATH, "/r o'ot/profile/share/man:");
        assert.equal(found.XDG_DATA_DIRS, "/r o'ot/profile/share:/usr/local/share:/usr/share");
      }
    },
  });

  Deno.test({
    ...options,
    name: `${options.name}: a variable that is given up is unset in a running shell`,
    fn: async () => {
      const set = (name: string, value: string) => ({
        name,
        op: "set" as const,
        values: [value],
        separator: ":",
      });
      const found = await sourced(shell, [
        { ...none, variables: [set("EDITOR", "vim"), set("PAGER", "less")] },
        { ...none, variables: [set("PAGER", "more")] },
      ], { VISUAL: "mine" });
      assert.equal(found.EDITOR, undefined);
      assert.equal(found.PAGER, "more");
      assert.equal(found.VISUAL, "mine");
      const last = await sourced(shell, [{ ...none, variables: [set("EDITOR", "vim")] }, none]);
      assert.equal(last.EDITOR, undefined);
      assert.equal(last.SYSLUA_SET, undefined);
    },
  });

  Deno.test({
    ...options,
    name: `${options.name}: scripts are sourced by the shells that they are for`,
    fn: async () => {
      const dir = Deno.makeTempDirSync({ prefix: "sys it's " });
      try {
        const scripts = ["sh", "bash", "zsh", "fish", "nushell"].map((name) => {
          const path = join(dir, name);
          const line = name === "fish"
            ? "set -gx FOR_fish yes"
            : name === "nushell"
            ? "$env.FOR_nushell = 'yes'"
            : `export FOR_${name}=yes`;
          Deno.writeTextFileSync(path, `${line}\n`);
          return { path, shells: [name] };
        });
        const found = await sourced(shell, [{ ...none, scripts }]);
        const [program] = shell.name.split(" ");
        const expected = program === "dash" ? "FOR_sh" : `FOR_${program}`;
        const names = Object.keys(found).filter((name) => name.startsWith("FOR_"));
        assert.deepEqual(names, [expected]);
      } finally {
        Deno.removeSync(dir, { recursive: true });
      }
    },
  });
}

const example: Environment = {
  variables: [
    { name: "EDITOR", op: "set", values: ['it\'s\u2019 "vim" $x\n'], separator: ":" },
    { name: "PATH", op: "append", values: ["/a", "/b"], separator: ":" },
  ],
  profile: "/root/profile",
  scripts: [
    { path: "/s/x.ps1", shells: ["powershell"] },
    { path: "/s/x.nu", shells: ["nushell"] },
    { path: "/s/x.sh", shells: ["sh"] },
  ],
};

Deno.test("shell: env.ps1 as PowerShell wants it", () => {
  assert.equal(quotePowershell("it's\u2019"), "'it''s\u2019\u2019'");
  assert.deepEqual(powershellScript(example).split("\n").slice(5), [
    `foreach ($Name in "$env:SYSLUA_SET".Split(' ')) {`,
    `  if ($Name -match '^[A-Za-z_][A-Za-z0-9_]*$' -and @('EDITOR') -notcontains $Name) {`,
    `    Remove-Item "Env:$Name" -ErrorAction SilentlyContinue`,
    `  }`,
    `}`,
    `$env:SYSLUA_SET = 'EDITOR'`,
    `\${env:EDITOR} = 'it''s\u2019\u2019 "vim" $x`,
    `'`,
    `\${env:PATH} = (@((_SysluaWithout "\${env:PATH}" ':' @('/a', '/b')), '/a:/b') | Where-Object { $_ -ne '' }) -join ':'`,
    `\${env:PATH} = (@('/root/profile/bin', (_SysluaWithout "\${env:PATH}" ':' @('/root/profile/bin'))) | Where-Object { $_ -ne '' }) -join ':'`,
    `. '/s/x.ps1'`,
    `Remove-Item Function:_SysluaWithout`,
    ``,
  ]);
});

Deno.test("shell: env.nu as Nushell wants it", () => {
  assert.equal(quoteNushell('a"b\\c\n$x'), '"a\\"b\\\\c\\u{a}$x"');
  const lines = nushellScript(example).split("\n").slice(14);
  assert.equal(lines[0], '$env.EDITOR = "it\'s\u2019 \\"vim\\" $x\\u{a}"');
  assert.equal(
    lines[1],
    '$env.PATH = (_syslua_with ($env.PATH? | default "") ":" ["/a" "/b"] false false true)',
  );
  assert.equal(lines.at(-3), 'source "/s/x.nu"');
  assert.ok(!lines.join("\n").includes("x.sh"));
});

Deno.test({
  name: `nushell: what is a list for the user stays one${NU === null ? " (not installed)" : ""}`,
  ignore: NU === null,
  fn: async () => {
    const dir = Deno.makeTempDirSync();
    try {
      const script = join(dir, "env.nu");
      Deno.writeTextFileSync(script, nushellScript({ ...none, profile: "/r/profile" }));
      const { stdout, stderr } = await real.processes.run({
        argv: [
          NU!,
          "--no-config-file",
          "-c",
          `$env.MANPATH = ["/m" ""]; source ${script}; source ${script}\n` +
          `print ($env | select MANPATH PATH XDG_DATA_DIRS | to json -r)`,
        ],
        env: { PATH: "/usr/bin:/bin", HOME: dir },
      });
      assert.equal(new TextDecoder().decode(stderr), "");
      assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), {
        MANPATH: ["/r/profile/share/man", "/m", ""],
        PATH: ["/r/profile/bin", "/usr/bin", "/bin"],
        XDG_DATA_DIRS: "/r/profile/share:/usr/local/share:/usr/share",
      });
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  },
});
