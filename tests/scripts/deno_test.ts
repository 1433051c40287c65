/** scripts/deno starts the pinned runtime and no other that it has installed. */
import assert from "node:assert/strict";
import { toHex } from "../../src/digest.ts";
import { realSystem } from "../../src/system/real.ts";
import { fromFileUrl } from "../support/paths.ts";
import { withTemporary } from "../support/temporary.ts";

const SCRIPT = fromFileUrl(new URL("../../scripts/deno", import.meta.url));
const { processes, host } = realSystem();
/** What the script calls, besides what a test lets it find. */
const TOOLS = [
  "sh",
  "sed",
  "uname",
  "dirname",
  "mkdir",
  "mktemp",
  "rm",
  "cp",
  "mv",
  "chmod",
  "sha256sum",
  "cat",
];
/** Says that it is the right version, and leaves a mark when it is started. */
const TAMPERED = '#!/bin/sh\necho started >>"$MARK"\necho "deno 2.6.8 (stable)"\n';

const text = Deno.readTextFileSync(SCRIPT);
const [, pinned] = /digest=([0-9a-f]{64})/.exec(text) ?? [];

interface Project {
  readonly dir: string;
  readonly own: string;
  run(): Promise<{ code: number; stderr: string; stdout: string; started: boolean }>;
}

/** A project with nothing but the script, on a machine with few programs. */
async function inProject(shell: string, test: (project: Project) => Promise<void>): Promise<void> {
  await withTemporary(async (dir) => {
    for (const folder of ["scripts", "bin", ".deno/2.6.8"]) {
      Deno.mkdirSync(`${dir}/${folder}`, { recursive: true });
    }
    Deno.copyFileSync(SCRIPT, `${dir}/scripts/deno`);
    for (const tool of TOOLS) Deno.symlinkSync(processes.which(tool)!, `${dir}/bin/${tool}`);
    const run = async () => {
      const { code, stdout, stderr } = await new Deno.Command(processes.which(shell)!, {
        args: [`${dir}/scripts/deno`, "--version"],
        clearEnv: true,
        env: { PATH: `${dir}/bin`, HOME: dir, MARK: `${dir}/mark`, TAMPERED },
      }).output();
      const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      const started = [...Deno.readDirSync(dir)].some(({ name }) => name === "mark");
      return { code, stdout: out, stderr: err, started };
    };
    await test({ dir, own: `${dir}/.deno/2.6.8/deno`, run });
  });
}

function program(path: string, content: string) {
  Deno.writeTextFileSync(path, content);
  Deno.chmodSync(path, 0o755);
}

/** Lets `uname` tell of another platform: `<system>-<processor>`. */
function asPlatform(dir: string, platform: string) {
  const dash = platform.lastIndexOf("-");
  Deno.removeSync(`${dir}/bin/uname`);
  program(
    `${dir}/bin/uname`,
    `#!/bin/sh\ncase "$1" in -s) echo ${platform.slice(0, dash)} ;; -m) echo ${
      platform.slice(dash + 1)
    } ;; esac\n`,
  );
}

function check(
  name: string,
  test: (project: Project) => Promise<void>,
  unless: string | false = false,
) {
  for (const shell of ["dash", "bash"]) {
    const missing = processes.which(shell) === null ? `no ${shell}` : unless;
    const elsewhere = host.os !== "linux" || host.arch !== "x86_64";
    Deno.test({
      name: `scripts/deno in ${shell}: ${name}${missing ? ` (skipped: ${missing})` : ""}`,
      ignore: missing !== false || elsewhere,
      fn: () => inProject(shell, test),
    });
  }
}

check("a tampered copy that lies there is not started", async ({ own, run }) => {
  program(own, TAMPERED);
  const { code, stderr, started } = await run();
  assert.equal(started, false);
  assert.equal(code, 1);
  assert.match(stderr, /is not Deno 2\.6\.8 for Linux-x86_64: its SHA-256 is [0-9a-f]{64}/);
});

check("a tampered one from the registry is not started, nor kept", async ({ dir, own, run }) => {
  const package_ = "node_modules/@deno/linux-x64-glibc";
  program(
    `${dir}/bin/npm`,
    `#!/bin/sh\nmkdir -p ${package_}\nprintf '%s' "$TAMPERED" >${package_}/deno\nchmod +x ${package_}/deno\n`,
  );
  const { code, stderr, started } = await run();
  assert.equal(started, false);
  assert.equal(code, 1);
  assert.match(stderr, /its SHA-256 is/);
  assert.throws(() => Deno.statSync(own), Deno.errors.NotFound);
  assert.deepEqual([...Deno.readDirSync(`${dir}/.deno`)].map(({ name }) => name), ["2.6.8"]);
});

for (
  const platform of ["Linux-aarch64", "Darwin-x86_64", "Darwin-arm64", "MINGW64_NT-10.0-x86_64"]
) {
  check(`a tampered copy is not started on ${platform} either`, async ({ dir, own, run }) => {
    asPlatform(dir, platform);
    const there = platform.startsWith("MINGW") ? `${own}.exe` : own;
    program(there, TAMPERED);
    const { code, stderr, started } = await run();
    assert.deepEqual([code, started], [1, false]);
    assert.match(stderr, new RegExp(`${there} is not Deno 2\\.6\\.8 for ${platform}: `));
  });
}

check("where no digest is known, nothing is downloaded", async ({ dir, own, run }) => {
  asPlatform(dir, "Plan9-mips");
  program(own, TAMPERED);
  program(`${dir}/bin/npm`, '#!/bin/sh\ntouch "$MARK"\n');
  const { code, stderr, started } = await run();
  assert.deepEqual([code, started], [1, false]);
  assert.match(stderr, /hint: install Deno 2\.6\.8/);
});

check("without a program that computes digests nothing is started", async ({ dir, own, run }) => {
  Deno.removeSync(`${dir}/bin/sha256sum`);
  program(own, TAMPERED);
  const { code, stderr, started } = await run();
  assert.deepEqual([code, started], [1, false]);
  assert.match(stderr, /no sha256sum/);
});

const here = toHex(
  new Uint8Array(await crypto.subtle.digest("SHA-256", Deno.readFileSync(Deno.execPath()))),
);
check("the pinned one is started", async ({ own, run }) => {
  Deno.copyFileSync(Deno.execPath(), own);
  const { code, stdout, stderr } = await run();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^deno 2\.6\.8 /);
}, here !== pinned && "tests run in another Deno");
