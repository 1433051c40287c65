/** An execution policy that keeps PowerShell from reading env.ps1 is told. */
import assert from "node:assert/strict";
import { closedShells } from "../../../src/journeys/closed_shells.ts";
import type { Machine } from "../../../src/machine/open.ts";
import { platformAdapters } from "../../../src/platform/platform.ts";
import { FACTS_SCRIPT, powershellFacts } from "../../../src/platform/powershell_facts.ts";
import { NOTHING } from "../../../src/plan/wanted.ts";
import type { WantedPath } from "../../../src/plan/types.ts";
import { makeCurrent } from "../../../src/snapshot/history.ts";
import { recordSnapshot } from "../../../src/snapshot/record.ts";
import type { SnapshotNumber } from "../../../src/snapshot/types.ts";
import { makeFolders } from "../../../src/system/folders.ts";
import { memorySystem } from "../../../src/system/memory/memory.ts";
import type { Os } from "../../../src/system/host.ts";
import { decodedScript } from "../../support/powershell_reader.ts";
import { programs, type StandIn } from "../../support/worlds/commands/programs.ts";

const ROOT = "/c/r";

/** A PowerShell with a policy; OneDrive has moved the documents. */
function powershell(policy: string, forced = false): StandIn {
  return ({ args }) => {
    assert.ok(decodedScript(["powershell.exe", ...args]).includes(FACTS_SCRIPT));
    const profile = "C:\\Users\\Jos\u00e9\\OneDrive\\Dokumente\\WindowsPowerShell\\profile.ps1";
    return { stdout: `${policy}\n${forced ? "True" : "False"}\n${profile}\n` };
  };
}

/** A machine with a snapshot that has one env script. */
function machine(
  known: Record<string, StandIn>,
  { os = "windows" as Os, script = "env.ps1" } = {},
) {
  const { processes, commands } = programs(known, "jo");
  const system = { ...memorySystem({ host: { os } }), processes };
  makeFolders(system.fs, ROOT);
  const path: WantedPath = {
    path: `${ROOT}/${script}`,
    target: `${ROOT}/${script}`,
    role: "shell",
    state: { kind: "link", to: "/x" },
    pending: false,
    mutable: false,
    force: true,
    by: "sys.lua",
    place: null,
  };
  recordSnapshot(system.fs, ROOT, {
    version: 1,
    number: 1 as SnapshotNumber,
    time: "2026-01-02T03:04:05.000Z",
    description: "",
    config: { path: null, source: null },
    lock: null,
    derivations: [],
    restores: null,
    wanted: { ...NOTHING, paths: [path] },
    originals: {},
    settings: {},
    ran: [],
    tags: [],
  });
  makeCurrent(system.fs, ROOT, 1 as SnapshotNumber);
  const adapters = platformAdapters(system, { root: ROOT, home: "/c/Users/Jos\u00e9" });
  return { machine: { system, root: ROOT, adapters } as unknown as Machine, commands, system };
}

Deno.test("windows: a policy that forbids start-up files is told, with where they are and the mend", async () => {
  for (const policy of ["Restricted", "AllSigned"]) {
    const [why, ...more] = await closedShells(
      machine({ "powershell.exe": powershell(policy) }).machine,
    );
    assert.equal(
      why,
      "Windows PowerShell reads no C:\\Users\\Jos\u00e9\\OneDrive\\Dokumente\\WindowsPowerShell\\profile.ps1, " +
        `and so no env.ps1: its execution policy is ${policy}; ` +
        "`Set-ExecutionPolicy -Scope CurrentUser RemoteSigned` in it allows that",
    );
    assert.deepEqual(more, []);
  }
});

Deno.test("windows: each PowerShell has its own policy, and one that was set for the machine is said so", async () => {
  const both = {
    "powershell.exe": powershell("RemoteSigned"),
    "pwsh.exe": powershell("AllSigned", true),
  };
  const [why, ...more] = await closedShells(machine(both).machine);
  assert.match(why, /^PowerShell 7 .* the policy is set by the administrators of this machine$/);
  assert.deepEqual(more, []);
});

Deno.test("windows: nothing is asked where no script is for PowerShell, nor on other systems", async () => {
  const known = { "powershell.exe": powershell("Restricted") };
  for (const other of [{ script: "env.sh" }, { os: "linux" as Os }]) {
    const { machine: one, commands } = machine(known, other);
    assert.deepEqual(await closedShells(one), []);
    assert.equal(commands.length, 0);
  }
});

Deno.test("windows: where the profile of PowerShell lies is asked of it, and one that fails says nothing", async () => {
  const { system } = machine({
    "powershell.exe": powershell("Default"),
    "pwsh.exe": (call) => ({ ...powershell("Restricted")(call), code: 1 }),
  });
  const [facts, ...more] = await powershellFacts(system, {});
  assert.equal(
    facts.profile,
    "/c/Users/Jos\u00e9/OneDrive/Dokumente/WindowsPowerShell/profile.ps1",
  );
  assert.deepEqual(more, []);
});

Deno.test("windows: a PowerShell that is not there is not started", async () => {
  const { system, commands } = machine({ "powershell.exe": powershell("RemoteSigned") });
  assert.equal((await powershellFacts(system, {})).length, 1);
  assert.deepEqual(commands.map(({ argv }) => argv[0]), ["powershell.exe"]);
});
