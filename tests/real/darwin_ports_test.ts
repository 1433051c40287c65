/** Whether what sys says to macOS's programs is what they understand. */
import assert from "node:assert/strict";
import { platformAdapters } from "../../src/platform/platform.ts";
import { type Plist, PlistDate } from "../../src/platform/plist/plist.ts";
import { toJson } from "../../src/platform/plist/json.ts";
import { writePlist } from "../../src/platform/plist/write.ts";
import { contained, findSandbox } from "../../src/realize/sandbox/sandbox.ts";
import { renewedSignatures } from "../../src/store/signature/renewed.ts";
import { realSystem } from "../../src/system/real.ts";
import { questionsOf } from "./question.ts";

const question = questionsOf("darwin");
const system = realSystem();

function run(...[program, ...args]: string[]) {
  const { code, stdout, stderr } = new Deno.Command(program, { args }).outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

question("dscl tells sys what id tells", () => {
  const { user, group } = system.host.accounts;
  const name = run("id", "-un").stdout.trim();
  assert.equal(user(name)?.uid, Deno.uid());
  assert.equal(user(Deno.uid()!)?.name, name);
  assert.equal(user("root")?.home, "/var/root");
  assert.equal(user("syslua-nobody"), null);
  assert.equal(group("staff")?.gid, 20);
  assert.equal(group(20)?.name, "staff");
});

question("defaults takes each type as a property list, and gives it back", async (dir) => {
  const { settings } = platformAdapters(system, { root: dir, home: system.host.home });
  const domain = `org.syslua.question-${Deno.pid}`;
  const values: readonly Plist[] = [
    ...["text", "", 1n, -1n, 1n << 62n, 1, 1.5, true, false, new Uint8Array([0, 255])],
    ...[new PlistDate("2001-01-01T00:00:00Z"), [], new Map()],
    new Map<string, Plist>([["a b", [1n, new Map([["c", new Uint8Array([7])]])]]]),
  ];
  const changes = values.map((value, n) => ({
    key: `${domain}:k${n}`,
    before: null,
    after: toJson(value),
  }));
  const of = { kind: "defaults" } as const;
  const asked = changes.map(({ key }) => ({ key, value: null }));
  try {
    await settings.set(of, changes);
    const found = await settings.get(of, asked);
    assert.deepEqual(
      found.map(({ exact, value }) => exact ?? value),
      changes.map(({ after }) => after),
    );
    const gone = changes.map(({ key, after }) => ({ key, before: after, after: null }));
    await settings.set(of, gone);
    await settings.set(of, gone);
    assert((await settings.get(of, asked)).every(({ value }) => value === null));
  } finally {
    run("defaults", "delete", domain);
  }
});

question("an agent starts, starts anew, runs and ends", async (dir) => {
  const { services } = platformAdapters(system, { root: dir, home: system.host.home });
  const name = `org.syslua.question-${Deno.pid}`, unit = `${dir}/${name}.plist`;
  const content = new Map<string, Plist>([
    ["Label", name],
    ["ProgramArguments", ["/bin/sleep", "600"]],
    ["KeepAlive", true],
  ]);
  Deno.writeTextFileSync(unit, writePlist(content));
  const service = { name, user: true, unit };
  try {
    for (let n = 0; n < 2; n++) {
      await services.start(service);
      assert.equal(await services.running(service), true);
    }
  } finally {
    await services.stop(service);
  }
  assert.equal(await services.running(service), false);
  await services.stop(service);
});

question("a build's profile is one that sandbox-exec takes, and keeps", async (dir) => {
  const sandbox = await findSandbox(system, "require");
  const [tmp, out] = [`${dir}/tmp`, `${dir}/out`];
  Deno.mkdirSync(tmp);
  const same = { from: tmp, at: tmp };
  for (const network of [false, true]) {
    const box = {
      readOnly: [],
      writable: [same],
      standIn: same,
      outputs: [out],
      network,
      cwd: tmp,
      jobs: null,
    };
    const line = `mkdir -p ${out} && echo a > ${out}/a && cc --version && ` +
      `! echo x > ${dir}/other && ! cat "$HOME"/.*history 2>/dev/null && id -un`;
    const argv = contained(system, sandbox, box, dir, ["/bin/sh", "-c", line]);
    const { code, stderr } = run(...argv);
    assert.equal(code, 0, stderr);
  }
});

question(
  "a program in which a hash was replaced runs with the signature that sys gives it",
  (dir) => {
    const [from, to] = ["0123456789abcdfghijklmnpqrsvwxyz", "zyxwvsrqpnmlkjihgfdcba9876543210"];
    Deno.writeTextFileSync(
      `${dir}/a.c`,
      `#include <stdio.h>\nint main(void) { puts("${from}"); return 0; }\n`,
    );
    const path = `${dir}/a`;
    assert.equal(run("cc", "-o", path, `${dir}/a.c`).code, 0);
    if (system.host.arch === "x86_64") run("codesign", "-f", "-s", "-", path);
    const patches = renewedSignatures(system.fs, path, [{ stem: "a", from, to }]);
    assert(patches.length > 0);
    const bytes = Deno.readFileSync(path);
    const text = new TextDecoder("latin1").decode(bytes);
    for (let at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + 1)) {
      bytes.set(new TextEncoder().encode(to), at);
    }
    for (const { at, bytes: wanted } of patches) bytes.set(wanted, at);
    // What ran has its signature remembered by its inode.
    const again = `${dir}/b`;
    Deno.writeFileSync(again, bytes, { mode: 0o755 });
    assert.equal(run(again).stdout, `${to}\n`);
    assert.equal(run("codesign", "--verify", "--strict", again).code, 0);
  },
);
