import assert from "node:assert/strict";
import { variableActions } from "../../src/plan/variables.ts";

Deno.test("variables that come, change, go and stay are named", () => {
  const was = { CHANGES: "1", GOES: "1", STAYS: "1" };
  const actions = variableActions({ CHANGES: "2", COMES: "1", STAYS: "1" }, was);
  assert.deepEqual(actions.map(({ op, target }) => `${op} ${target}`), [
    "update CHANGES",
    "create COMES",
    "remove GOES",
    "keep STAYS",
  ]);
});
