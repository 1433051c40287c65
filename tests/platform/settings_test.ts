/** As whom, with which commands and how often settings are read and given. */
import assert from "node:assert/strict";
import { settingsOf } from "../../src/platform/settings/settings.ts";
import { platformAdapters } from "../../src/platform/platform.ts";
import type { Command } from "../../src/system/processes.ts";
import { realSystem } from "../../src/system/real.ts";

const real = realSystem();

/** Settings of a machine on which commands are only noted. `answer` is what one prints. */
function settings(
  host: Partial<typeof real.host>,
  answer: (argv: readonly string[]) => string = () => "",
  there: (program: string) => boolean = () => true,
) {
  const commands: Command[] = [];
  const system = {
    ...real,
    // A copy would lose what the host computes.
    host: new Proxy(real.host, {
      get: (target, name) => Reflect.get(name in host ? host : target, name),
    }),
    processes: {
      ...real.processes,
      run(command: Command) {
        commands.push(command);
        const stdout = new TextEncoder().encode(answer(command.argv));
        return Promise.resolve({ code: 0, stdout, stderr: new Uint8Array(), timedOut: false });
      },
      which: (program: string) => there(program) ? `/bin/${program}` : null,
    },
  };
  const { become } = platformAdapters(system, { root: "/root/.syslua", home: "/root" });
  const environment = { PATH: "/usr/bin:/bin", HOME: "/root" };
  return { settings: settingsOf(system, { environment, become }), commands };
}

const LINUX = { os: "linux", elevated: true } as const;
const lines = (commands: readonly Command[]) => commands.map(({ argv }) => argv.join(" "));
const add = (key: string) => ({ key, before: null, after: true });

Deno.test("settings: packages of a manager are asked for, and installed, in one command", async () => {
  const { settings: own, commands } = settings(
    LINUX,
    ([program]) => program === "dpkg-query" ? "git amd64 installed\n" : "",
  );
  const of = { kind: "host_packages" } as const;
  const asked = ["apt:git", "apt:curl", "apt:vim"].map((key) => ({ key, value: true }));
  assert.deepEqual(await own.get(of, asked), [{ value: true }, { value: null }, { value: null }]);
  assert.equal(commands.length, 1);
  await own.set(of, asked.map(({ key }) => add(key)));
  assert.equal(commands.length, 3);
  assert.match(lines(commands)[2], /apt-get .*DPkg::Lock::Timeout=\d+ install .* -- curl vim$/);
  await own.set(of, [{ key: "apt:git", before: true, after: null }, add("apt:git")]);
  assert.match(lines(commands)[4], /apt-get .* remove --yes -- git$/);
});

Deno.test("settings: a manager that is not there is no matter, and root's needs root", async () => {
  const { settings: own } = settings(
    { os: "linux", elevated: false },
    () => "",
    (program) => program !== "brew",
  );
  const found = await own.get({ kind: "host_packages" }, [
    { key: "brew:fd", value: true },
    { key: "apt:git", value: true },
  ]);
  assert.deepEqual(found, [
    { value: null, skipped: "skipped: there is no brew here" },
    { value: null, blocked: "apt needs root" },
  ]);
});

Deno.test("settings: programs of the system are found whatever PATH says", async () => {
  const { settings: own, commands } = settings(LINUX);
  await own.set({ kind: "group" }, [{ key: "no-such-group", before: null, after: {} }]);
  assert.deepEqual(lines(commands), ["groupadd no-such-group"]);
  assert.equal(commands[0].env.PATH, "/usr/bin:/bin:/usr/sbin:/sbin");
});

Deno.test("settings: a user with another number is told of, not changed", async () => {
  const { settings: own } = settings(LINUX);
  const [root] = await own.get({ kind: "user" }, [{ key: "root", value: { uid: 5 } }]);
  assert.deepEqual(root.value, { uid: 0 });
  assert.match(root.blocked ?? "", /it has number 0/);
});
