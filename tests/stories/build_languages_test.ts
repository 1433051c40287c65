/** Projects whose sources name others, from the registries of their languages: fetched by a hash, built without a
 * network. Only with SYSLUA_TEST_LANGUAGES; where a registry cannot be reached, or its tool is missing, it is skipped. */
import assert from "node:assert/strict";
import { type Story, story } from "../support/story.ts";

interface Language {
  readonly builder: string;
  /** The program that talks to the registry. */
  readonly tool: string;
  readonly files: Readonly<Record<string, string>>;
  /** Writes the lock file, as the project's author would. */
  readonly lock: string;
  /** What the program `greeting` prints. */
  readonly prints: string;
}

const LANGUAGES: readonly Language[] = [
  {
    builder: "cargo",
    tool: "cargo",
    files: {
      "Cargo.toml":
        '[package]\nname = "greeting"\nversion = "1.0.0"\nedition = "2021"\n[dependencies]\nitoa = "1"\n',
      "src/main.rs": 'fn main() { println!("{}", itoa::Buffer::new().format(42)); }\n',
    },
    lock: "cargo generate-lockfile",
    prints: "42\n",
  },
  {
    builder: "go",
    tool: "go",
    files: {
      "go.mod": "module example.org/greeting\n\ngo 1.19\n",
      "main.go": `package main

import (
	"fmt"

	"github.com/google/shlex"
)

func main() {
	words, _ := shlex.Split("one 'two three'")
	fmt.Println(len(words))
}
`,
    },
    lock: "go mod tidy",
    prints: "2\n",
  },
  {
    builder: "npm",
    tool: "npm",
    files: {
      "package.json": JSON.stringify({
        name: "greeting",
        version: "1.0.0",
        bin: "greeting.js",
        dependencies: { ms: "2.1.3" },
      }),
      "greeting.js": '#!/usr/bin/env node\nconsole.log(require("ms")(60000));\n',
    },
    lock: "npm install --package-lock-only --ignore-scripts --no-audit --no-fund",
    prints: "1m\n",
  },
  {
    builder: "python",
    tool: "python3",
    files: {
      "pyproject.toml": `[build-system]
requires = ["flit_core >=3.4,<4"]
build-backend = "flit_core.buildapi"
[project]
name = "greeting"
version = "1.0.0"
description = "greets"
dependencies = ["six"]
[project.scripts]
greeting = "greeting:main"
`,
      "greeting.py": "import six\n\ndef main():\n    print(six.__name__)\n",
    },
    lock: `python3 -m pip download -q --no-deps -d ../wheels flit_core==3.9.0 six==1.16.0
for wheel in ../wheels/*.whl; do
  name="$(basename "$wheel" | cut -d - -f 1,2 | sed 's/-/==/')"
  echo "$name --hash=sha256:$(sha256sum "$wheel" | cut -d ' ' -f 1)"
done >requirements.txt`,
    prints: "six\n",
  },
];

/** Where a tool really is: what manages versions stands in front of it on PATH. */
async function placeOf(tool: string): Promise<string | null> {
  const line: Record<string, string> = {
    cargo: 'echo "$(rustc --print sysroot)/bin/cargo"',
    go: 'echo "$(go env GOROOT)/bin/go"',
    python3: "command -v /usr/bin/python3",
  };
  const { success, stdout } = await new Deno.Command("sh", {
    args: ["-ec", `command -v ${tool} >/dev/null; ${line[tool] ?? `command -v ${tool}`}`],
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout).trim() : null;
}

/** Writes the project and its lock file. @returns why that was not possible, null when it was */
async function prepare(s: Story, { files, lock }: Language): Promise<string | null> {
  for (const [path, content] of Object.entries(files)) s.write(`project/${path}`, content);
  // With the environment of whoever runs the tests: that is where mirrors and proxies are named.
  const { success, stderr } = await new Deno.Command("timeout", {
    args: ["120", "sh", "-ec", lock],
    cwd: s.at("project"),
  }).output();
  return success ? null : new TextDecoder().decode(stderr);
}

function config(s: Story, { builder, tool }: Language, place: string, vendor: string): void {
  const tools = place.startsWith("/usr/bin/")
    ? ""
    : `tools = { derive { name = "${tool}", config = function(_, ctx)
         for _, name in ipairs { "${tool}", "${tool === "cargo" ? "rustc" : tool}" } do
           if not ctx.exists(ctx.out .. "/bin/" .. name) then
             ctx.symlink("${place.replace(/\/[^/]*$/, "")}/" .. name, ctx.out .. "/bin/" .. name)
           end
         end
       end } },`;
  s.write(
    "init.lua",
    `local build = require("syslua.lib").build
return { setup = function()
  build.${builder} { name = "greeting", src = syslua.source("project"), vendor = "${vendor}", ${tools} }
end }
`,
  );
}

const wanted = Deno.env.has("SYSLUA_TEST_LANGUAGES");
for (const language of LANGUAGES) {
  const { builder, tool, prints } = language;
  const place = wanted ? await placeOf(tool) : null;
  const reason = `only with SYSLUA_TEST_LANGUAGES${wanted ? ` and ${tool}` : ""}`;
  story(
    `a project of ${builder}${place === null ? ` (skipped: ${reason})` : ""}`,
    async (s) => {
      const unreachable = await prepare(s, language);
      if (unreachable !== null) {
        console.log(`skipped: ${builder}'s registry cannot be used here: ${unreachable.trim()}`);
        return;
      }
      // A sandbox shows only what the system has, not a toolchain in somebody's home.
      const sandbox = place!.startsWith("/usr/") ? "auto" : "off";
      const build = () =>
        s.sys(["build", "--config", s.at("init.lua"), "--sandbox", sandbox, "greeting"], {
          unseen: true,
        });
      config(s, language, place!, "");
      const first = await build();
      assert.equal(first.code, 1, first.stderr);
      const vendor = /sha256-[A-Za-z0-9+/=]{44}|\b[0-9a-f]{64}\b/.exec(
        first.stderr.replace(/^.*building.*$/gm, ""),
      );
      assert.ok(vendor, first.stderr);
      config(s, language, place!, vendor[0]);
      const { code, stdout, stderr } = await build();
      assert.equal(code, 0, stderr);
      const run = await s.shell(`${stdout.trim()}/bin/greeting`, { unseen: true });
      assert.deepEqual([run.stdout, run.stderr], [prints, ""]);
      // What it was built from is not kept alive by it, but where it is read when it runs.
      const { stdout: vendored } = await s.shell(
        `grep -r -l -e -vendor- ${stdout.trim()} || true`,
        { unseen: true },
      );
      assert.equal(vendored, "");
    },
    { ignore: place === null },
  );
}
