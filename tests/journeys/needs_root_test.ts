/** What only root may write is said by the plan, before anything is built or changed. */
import assert from "node:assert/strict";
import { plan } from "../../src/journeys/plan.ts";
import { MemoryMachine } from "./memory_machine.ts";

Deno.test("a plan says which targets need root, and names the variables", async () => {
  const t = new MemoryMachine();
  t.setup('file { path = "/etc/motd", content = "x" }\nenv { EDITOR = "vim" }');
  const { plan: shown } = await t.held("shared", (machine) => plan(machine, t.evaluation));
  assert.deepEqual(shown.blocked.map(({ target, why }) => [target, why]), [
    ["/etc/motd", "it needs root: / is another user's"],
  ]);
  const variables = shown.actions.filter(({ kind }) => kind === "variable");
  assert.deepEqual(variables, [{ op: "create", kind: "variable", target: "EDITOR" }]);
  await assert.rejects(t.apply(), /Cannot put \/etc\/motd in place: it needs root/);
});
