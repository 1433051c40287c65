/** `env.sh` keeps to what macOS's bash 3.2 knows. */
import assert from "node:assert/strict";
import type { Environment, Variable } from "../../src/activation/shell/environment.ts";
import { posixScript } from "../../src/activation/shell/posix.ts";
import { newerThanBash3 } from "../support/bash3.ts";

/** Each kind of variable, script and name of which env.sh may have a part. */
function everything(): Environment {
  const variables = (["set", "prepend", "append"] as const).flatMap((op) =>
    ["PATH", "MANPATH", "XDG_DATA_DIRS", "OTHER"].map((name): Variable => ({
      name,
      op,
      values: ["a b", "it's", "${x^^}", "two\nlines"],
      separator: ":",
    }))
  );
  const shells = [["sh"], ["bash"], ["zsh"], ["sh", "bash", "zsh"], ["fish"]];
  const scripts = shells.map((some) => ({ path: "/a b/${x,,}", shells: some }));
  return { variables, scripts, profile: "/root/profile" };
}

Deno.test("macOS: env.sh keeps to what bash 3.2 knows", () => {
  const all = everything();
  for (const environment of [all, { ...all, variables: [], profile: null }]) {
    assert.deepEqual(newerThanBash3(posixScript(environment)), []);
  }
});

Deno.test("macOS: what bash 3.2 does not know is found", () => {
  const newer = [
    "declare -A map",
    "mapfile -t lines",
    "echo ${name^^}",
    "echo ${name,}",
    "a |& b",
    "a &>> log",
    "  x) ;;&",
    "echo {1..9..2}",
    "read -t 0.1 x",
    "exec {fd}>log",
    "[[ -v name ]]",
    "printf '' \"%(%s)T\"",
    "echo ${name:0: -1}",
    "local -n other=$1",
    "wait -n",
    "echo ${name@Q}",
  ];
  for (const line of newer) assert.equal(newerThanBash3(`x=1\n${line}`).length, 1, line);
  assert.match(newerThanBash3("'two\nlines'\necho ${a^}")[0], /^3: 4\.0/);
  for (const line of ["'${x^^}'", "echo ${x:-a,b}", "a 2>&1 | b", "echo ${x%%:*}", "a & b"]) {
    assert.deepEqual(newerThanBash3(line), [], line);
  }
});
