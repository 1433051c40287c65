/** What is done about settings, in which order, and what is not. */
import assert from "node:assert/strict";
import type { Current, ObservedSetting, WantedSetting } from "../../src/plan/types.ts";
import { settingSteps } from "../../src/plan/settings.ts";
import { NOTHING, together } from "../../src/plan/wanted.ts";
import { SysError } from "../../src/errors.ts";

type Kind = WantedSetting["kind"];

function setting(kind: Kind, key: string, more: Partial<WantedSetting> = {}): WantedSetting {
  return { kind, key, value: true, by: "a", place: null, ...more };
}

const account = (name: string) => ({ name, home: `/home/${name}` });

function plan(
  settings: readonly WantedSetting[],
  world: Record<string, ObservedSetting> = {},
  current: Pick<Current, "settings"> & { was: readonly WantedSetting[] } | null = null,
) {
  const observation = { settings: new Map(Object.entries(world)) };
  return settingSteps(
    { ...NOTHING, settings },
    current &&
      { wanted: { ...NOTHING, settings: current.was }, originals: {}, ran: [], ...current },
    observation as unknown as Parameters<typeof settingSteps>[2],
  );
}

Deno.test("settings: neighbours of one kind and user are one step", () => {
  const { steps } = plan([
    setting("group", "g"),
    setting("host_packages", "apt:a"),
    setting("host_packages", "apt:b", { by: "b" }),
    setting("defaults", "x:y", { account: account("maria") }),
    setting("defaults", "x:y", { account: account("omar") }),
  ]);
  assert.deepEqual(
    steps.map((step) =>
      step.kind === "setting" && [step.setting, step.changes.length, step.by, step.account?.name]
    ),
    [
      ["group", 1, "a", undefined],
      ["host_packages", 2, "a, b", undefined],
      ["defaults", 1, "a", "maria"],
      ["defaults", 1, "a", "omar"],
    ],
  );
});

Deno.test("settings: what goes, goes the last first, to what it was", () => {
  const was = [setting("group", "g"), setting("user", "u"), setting("user", "u:shell")];
  const { steps, changes } = plan([], {
    "group:g": { value: true },
    "user:u": { value: true },
    "user:u:shell": { value: true },
  }, { was, settings: { "group:g": null, "user:u": null, "user:u:shell": "/bin/sh" } });
  assert.ok(changes);
  assert.deepEqual(
    steps.flatMap((step) => step.kind === "setting" ? step.changes : []),
    [
      { key: "u:shell", before: true, after: "/bin/sh" },
      { key: "u", before: true, after: null },
      { key: "g", before: true, after: null },
    ],
  );
});

Deno.test("settings: blocked ones are told only where they would change", () => {
  const world = {
    "group:a": { value: null, blocked: "it needs root" },
    "group:b": { value: true, blocked: "it needs root" },
  };
  const { blocked } = plan([setting("group", "a"), setting("group", "b")], world);
  assert.deepEqual(blocked.map(({ target, why }) => `${target}: ${why}`), ["a: it needs root"]);
});

Deno.test("settings: skipped ones stay, with the reason", () => {
  const world = { "host_packages:brew:fd": { value: null, skipped: "skipped: there is no brew" } };
  const { steps, actions } = plan([setting("host_packages", "brew:fd")], world);
  assert.deepEqual(steps, []);
  assert.deepEqual(actions.map(({ op, note }) => [op, note]), [
    ["keep", "skipped: there is no brew"],
  ]);
});

Deno.test("settings: what several users' blocks want is wanted once, and one value", () => {
  const wanted = (value: boolean) => ({ ...NOTHING, settings: [setting("group", "g", { value })] });
  assert.equal(together([wanted(true), wanted(true)]).settings.length, 1);
  assert.throws(() => together([wanted(true), wanted(false)]), SysError);
  const own = (name: string) => ({
    ...NOTHING,
    settings: [setting("defaults", "x:y", { value: name, account: account(name) })],
  });
  assert.equal(together([own("maria"), own("omar")]).settings.length, 2);
});
