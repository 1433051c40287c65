/** Variables of the session on macOS: an agent that sets them, a file that launchd loads. */
import assert from "node:assert/strict";
import { persistentEnvironment } from "../../src/activation/persistent_env.ts";
import { readUnit } from "../../src/platform/services/launchd.ts";
import { SysError } from "../../src/errors.ts";

Deno.test("macOS: the agent of the session's variables is a service with its label", () => {
  const found = persistentEnvironment("darwin", [
    { name: "B", value: "it's <b>\nof two" },
    { name: "A", value: "1" },
  ]);
  assert.equal(found.target, "~/Library/LaunchAgents/org.syslua.environment.plist");
  const unit = readUnit(found.agent!, found.content);
  assert.equal(unit.get("RunAtLoad"), true);
  assert.deepEqual(unit.get("ProgramArguments"), [
    "/bin/sh",
    "-c",
    "launchctl setenv A '1'\nlaunchctl setenv B 'it'\\''s <b>\nof two'",
  ]);
});

Deno.test("macOS: a variable that no property list holds is refused", () => {
  assert.throws(
    () => persistentEnvironment("darwin", [{ name: "A", value: "\x1b[0m" }]),
    (thrown: unknown) => thrown instanceof SysError && /U\+001B/.test(thrown.message),
  );
});
