/** SELinux: what is put in place, and put back, gets its label before anything uses it. */
import assert from "node:assert/strict";
import { relabel } from "../../src/platform/labels.ts";
import { makeFolders } from "../../src/system/folders.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";
import type { MemoryFs } from "../../src/system/memory/memory_fs.ts";
import { programs } from "../support/worlds/commands/programs.ts";
import { Rig } from "./support.ts";

/** What happens, in order: paths that are labelled, below the home, and services. */
function noting(rig: Rig) {
  const events: string[] = [];
  const adapters = {
    relabel: (paths: readonly string[]) => {
      events.push(`labels ${paths.map((path) => path.replace(rig.home, "~")).join(" ")}`);
      return Promise.resolve();
    },
    services: {
      unitPath: () => "/nowhere",
      start: () => Promise.resolve(void events.push("start")),
      stop: () => Promise.resolve(void events.push("stop")),
      running: () => Promise.resolve(false),
    },
  };
  return { events, adapters };
}

function service(rig: Rig, content: string) {
  const unit = { ...rig.copy("~/unit", content), role: "unit" as const };
  const digest = unit.state.kind === "file" ? unit.state.digest : "";
  const named = {
    name: "a",
    user: true,
    unit: unit.path,
    digest,
    order: 0,
    by: "test",
    place: null,
  };
  return { paths: [unit, rig.copy("~/.ssh/config", content)], services: [named] };
}

Deno.test("SELinux: files are labelled before a service starts that uses them", async () => {
  using rig = new Rig();
  const { events, adapters } = noting(rig);
  await rig.apply(service(rig, "1"), { adapters });
  assert.deepEqual(events, ["labels ~/.ssh ~/.ssh/config ~/unit", "start"]);
});

Deno.test("SELinux: what is put back is labelled again, before what used it starts again", async () => {
  using rig = new Rig();
  await rig.apply(service(rig, "1"));
  const { events, adapters } = noting(rig);
  const failing = { id: "x", command: "exit 3", check: null, undo: null, on: "change" as const };
  const run = { ...failing, order: 1, by: "test", place: null, pending: false };
  await assert.rejects(
    rig.apply({ ...service(rig, "2"), runs: [run] }, { adapters }),
    /exited with 3/,
  );
  const [changed, back] = ["labels ~/.ssh/config ~/unit", "labels ~/unit ~/.ssh/config"];
  assert.deepEqual(events, ["stop", changed, "start", "stop", back, "start"]);
});

Deno.test("SELinux: where there are files alone, they are labelled at the end, and when they are put back", async () => {
  using rig = new Rig();
  await rig.apply({ paths: [rig.copy("~/a", "1")] });
  const { events, adapters } = noting(rig);
  await rig.apply({ paths: [rig.copy("~/a", "2")] }, { adapters });
  assert.deepEqual(events, ["labels ~/a"]);
  const failing = { id: "x", command: "exit 3", check: null, undo: null, on: "change" as const };
  const run = { ...failing, order: 1, by: "test", place: null, pending: false };
  await assert.rejects(rig.apply({ paths: [rig.copy("~/a", "3")], runs: [run] }, { adapters }));
  assert.deepEqual(events, ["labels ~/a", "labels ~/a", "labels ~/a"]);
});

Deno.test("SELinux: what lies in the root of sys.lua is left alone", async () => {
  using rig = new Rig();
  const { events, adapters } = noting(rig);
  const own = { ...rig.link("~/x", "x"), path: `${rig.root}/env.sh`, role: "shell" as const };
  await rig.apply({ paths: [own] }, { adapters });
  assert.deepEqual(events, []);
});

function write(fs: MemoryFs, path: string) {
  makeFolders(fs, path.slice(0, path.lastIndexOf("/")));
  fs.create(path, 0o755).close();
}

Deno.test("SELinux: restorecon is told of all paths at once, and only where a policy is loaded", async () => {
  const { processes, commands } = programs({ restorecon: () => ({}) });
  const memory = memorySystem();
  const system = { ...memory, processes };
  await relabel(system, ["/etc/a"]);
  write(memory.fs, "/usr/sbin/restorecon");
  await relabel(system, ["/etc/a"]);
  assert.equal(commands.length, 0);
  write(memory.fs, "/sys/fs/selinux/enforce");
  await relabel(system, []);
  await relabel(system, ["/etc/a", "/etc/b\nc"]);
  const told = commands.map(({ argv, stdin }) => [argv.join(" "), stdin]);
  assert.deepEqual(told, [["/usr/sbin/restorecon -i -0 -f -", "/etc/a\0/etc/b\nc\0"]]);
});
