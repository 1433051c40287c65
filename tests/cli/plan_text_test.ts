/** What a plan says to people. */
import assert from "node:assert/strict";
import { planText } from "../../src/cli/render/plan.ts";
import { chooseStyle } from "../../src/cli/terminal/style.ts";
import type { Plan, PlannedAction } from "../../src/plan/types.ts";

function check(name: string, plan: Partial<Plan>, expected: string) {
  Deno.test(`plan text: ${name}`, () => {
    const whole = {
      version: 1,
      realize: [],
      actions: [],
      steps: [],
      backups: [],
      unmanaged: [],
      blocked: [],
      lost: [],
      originals: {},
      settings: {},
      changes: false,
      ...plan,
    } as Plan;
    assert.equal(planText(whole, chooseStyle("never", false, () => undefined), false), expected);
  });
}

const action = (op: PlannedAction["op"], target: string, note?: string): PlannedAction => ({
  op,
  kind: "host_packages",
  target,
  ...(note === undefined ? {} : { note }),
});

check(
  "what is skipped, with the reason",
  {
    actions: [
      action("keep", "apt:git"),
      action("keep", "brew:fd", "skipped: there is no brew here"),
    ],
  },
  `To skip:
  =  brew:fd  host package  skipped: there is no brew here
Nothing to do.
2 host packages: 0 changed, 2 unchanged`,
);

check(
  "what can't be done",
  {
    changes: true,
    actions: [action("create", "apt:git")],
    blocked: [{ target: "apt:git", why: "apt needs root", place: null }],
  },
  `To change: 1 to create
  +  apt:git  host package
In the way: 1 target; apply will refuse
  apt:git: apt needs root
1 host package: 1 changed, 0 unchanged`,
);
