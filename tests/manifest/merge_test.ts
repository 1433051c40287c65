/** Who wins, what is joined, and what cannot both be had. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { SysError } from "../../src/errors.ts";
import type { DeclaredAction, DeclaredActivation } from "../../src/manifest/declared.ts";
import type { DeclaredEnv } from "../../src/manifest/kinds/env.ts";
import { mergeActivations } from "../../src/manifest/merge.ts";
import type { Action, ActionOf } from "../../src/manifest/types.ts";

/** An activation with these actions, declared in a file and line. */
function declared(
  actions: readonly DeclaredAction[],
  place = "init.lua:1",
  rest: Partial<DeclaredActivation> = {},
): DeclaredActivation {
  const [file, line] = place.split(":");
  return {
    name: null,
    user: null,
    project: null,
    after: [],
    actions,
    place: { file, line: Number(line) },
    ...rest,
  };
}

function env(
  name: string,
  values: string | string[],
  rest: Partial<DeclaredEnv> = {},
): DeclaredEnv {
  const list = Array.isArray(values);
  const texts = list ? values : [values];
  return {
    kind: "env",
    name,
    op: "auto",
    list,
    values: texts.map((text) => ({ text, position: 1000 })),
    ...rest,
  };
}

function at(position: number, ...texts: string[]): Partial<DeclaredEnv> {
  return { values: texts.map((text) => ({ text, position })), list: true };
}

function link(target: string, text: string, override?: number): DeclaredAction {
  return {
    kind: "link",
    source: { text, executable: false },
    target,
    mutable: false,
    force: false,
    ...(override === undefined ? {} : { override }),
  };
}

function merge(...activations: DeclaredActivation[]) {
  return mergeActivations({ activations, environment: { LIST: ",", XDG_DATA_DIRS: null } }, {
    home: "/home/me",
  });
}

const actionsOf = (...activations: DeclaredActivation[]): Action[] =>
  merge(...activations).flatMap(({ actions }) => [...actions]);

const envOf = (...activations: DeclaredActivation[]) =>
  actionsOf(...activations).filter((action): action is ActionOf<"env"> => action.kind === "env")
    .map(({ name, op, values, separator }) => ({ name, op, values, separator }))
    .sort((a, b) => (a.name + a.op < b.name + b.op ? -1 : 1));

Deno.test("a plain value beats a default, and force beats both", () => {
  const all = [
    declared([env("EDITOR", "default", { override: 1000 })]),
    declared([env("EDITOR", "plain")]),
    declared([env("EDITOR", "forced", { override: 50 })]),
  ];
  assert.deepEqual(envOf(...all)[0].values, ["forced"]);
  assert.deepEqual(envOf(all[0], all[1])[0].values, ["plain"]);
  assert.deepEqual(envOf(all[0])[0].values, ["default"]);
});

Deno.test("values of a mergeable variable are joined by position, then place", () => {
  const found = envOf(
    declared([env("PATH", [], at(1500, "last"))], "a.lua:1"),
    declared([env("PATH", ["m1", "m2"])], "b.lua:2"),
    declared([env("PATH", ["a1"])], "a.lua:9"),
    declared([env("PATH", [], at(500, "first"))], "z.lua:1"),
    declared([env("PATH", ["m1"])], "z.lua:2"),
  );
  assert.deepEqual(found, [
    { name: "PATH", op: "prepend", values: ["first", "a1", "m1", "m2", "last"], separator: ":" },
  ]);
});

Deno.test("only the winning priority is joined", () => {
  const found = envOf(
    declared([env("PATH", ["default"], { override: 1000 })]),
    declared([env("PATH", ["plain"])]),
  );
  assert.deepEqual(found[0].values, ["plain"]);
});

Deno.test("set, prepend and append", () => {
  const parts: [ActionOf<"env">["op"], string][] = [["append", "z"], ["prepend", "a"]];
  const both = parts.map(([op, text]) => declared([env("PATH", text, { op })]));
  assert.deepEqual(envOf(...both).map(({ op, values }) => [op, values]), [
    ["append", ["z"]],
    ["prepend", ["a"]],
  ]);
  assert.deepEqual(envOf(...both, declared([env("PATH", "m", { op: "set" })])), [
    { name: "PATH", op: "set", values: ["a", "m", "z"], separator: ":" },
  ]);
});

Deno.test("a variable that the config defined is as it says", () => {
  const found = envOf(
    declared([env("LIST", "a"), env("XDG_DATA_DIRS", "one")]),
    declared([env("LIST", "b")], "init.lua:2"),
  );
  assert.deepEqual(found, [
    { name: "LIST", op: "prepend", values: ["a", "b"], separator: "," },
    { name: "XDG_DATA_DIRS", op: "set", values: ["one"], separator: "" },
  ]);
});

Deno.test("targets meet in their normal form", () => {
  const found = actionsOf(
    declared([link("~/a", "x")]),
    declared([link("/home/me/./a", "x")], "b.lua:1"),
    declared([link("~//a/", "x")], "c.lua:1"),
  );
  assert.deepEqual(found.map((action) => (action as ActionOf<"link">).target), ["~/a"]);
});

Deno.test("equal activations are one, at the first place", () => {
  const found = merge(
    declared([link("~/a", "x")], "b.lua:1"),
    declared([link("~/a", "x")], "a.lua:7"),
  );
  assert.equal(found.length, 1);
  assert.deepEqual(found[0].place, { file: "a.lua", line: 7 });
});

Deno.test("the loser of a file is dropped", () => {
  const found = actionsOf(
    declared([link("~/a", "default", 1000)]),
    declared([link("~/a", "plain")]),
  );
  assert.deepEqual(found.map((action) => (action as ActionOf<"link">).source), [
    { text: "plain", executable: false },
  ]);
});

Deno.test("scopes do not meet", () => {
  const found = merge(
    declared([env("EDITOR", "a"), link("~/x", "1")]),
    declared([env("EDITOR", "b"), link("~/x", "2")], "init.lua:2", { user: "root" }),
    declared([env("EDITOR", "c")], "init.lua:3", { project: "web" }),
  );
  assert.deepEqual(
    found.filter(({ actions }) => actions[0].kind === "env")
      .map((
        { user, project, actions },
      ) => [user, project, (actions[0] as ActionOf<"env">).values[0]])
      .sort(),
    [[null, "web", "c"], [null, null, "a"], ["root", null, "b"]].sort(),
  );
});

Deno.test("`after` names ids, and forgets what is gone", () => {
  const found = merge(
    declared([link("~/a", "x")]),
    declared([link("~/b", "y")], "init.lua:2", { after: [0, 2] }),
    declared([], "init.lua:3"),
  );
  const id = (target: string) =>
    found.find(({ actions }) => (actions[0] as ActionOf<"link">).target === target)!;
  assert.deepEqual(id("~/b").after, [id("~/a").id]);
});

Deno.test("equal activations in a circle of `after` are an error", () => {
  refused(/each other/, [
    declared([link("~/a", "x")]),
    declared([link("~/b", "y")], "init.lua:2", { after: [0] }),
    declared([link("~/a", "x")], "init.lua:3", { after: [1] }),
  ]);
});

function refused(message: RegExp, activations: DeclaredActivation[], notes?: string[]) {
  assert.throws(() => merge(...activations), (error: unknown) => {
    assert.ok(error instanceof SysError);
    assert.equal(error.kind, "config");
    assert.match(error.message, message);
    if (notes) assert.deepEqual(error.notes, notes);
    return true;
  });
}

Deno.test("conflicts name both places", () => {
  refused(/conflicting values for env\.EDITOR$/, [
    declared([env("EDITOR", "emacs")], "modules/emacs.lua:15"),
    declared([env("EDITOR", "vim")], "init.lua:10"),
  ], ['"vim"   at init.lua:10', '"emacs" at modules/emacs.lua:15']);
  refused(/conflicting files for ~\/a$/, [
    declared([link("~/a", "1")]),
    declared([link("~/a", "2")]),
  ]);
  refused(/~\/a\/b lies in ~\/a/, [declared([link("~/a/b", "1")]), declared([link("~/a", "2")])]);
  refused(/conflicting values for env\.PATH/, [
    declared([env("PATH", "a", { op: "set" })]),
    declared([env("PATH", "b", { op: "set" })]),
  ]);
  refused(/Cannot append to env\.EDITOR/, [declared([env("EDITOR", "a", { op: "append" })])]);
  refused(/Cannot set env\.EDITOR to a list/, [declared([env("EDITOR", ["a"])])]);
  const service = (text: string): DeclaredAction => ({
    kind: "service",
    name: "s",
    unit: { text, executable: false },
    user: true,
  });
  refused(/conflicting units for service s/, [declared([service("1")]), declared([service("2")])]);
  const setting = (value: boolean): DeclaredAction => ({
    kind: "defaults",
    domain: "d",
    key: "k",
    value,
  });
  refused(/conflicting values for default d k/, [declared([setting(true), setting(false)])]);
});

Deno.test("the order of declarations never changes the result", () => {
  const all = [
    declared([env("PATH", ["a"]), env("EDITOR", "vim")], "a.lua:1"),
    declared([env("PATH", ["b", "c"])], "b.lua:1"),
    declared([env("PATH", [], at(500, "d"))], "c.lua:1"),
    declared([env("EDITOR", "vim")], "c.lua:2"),
    declared([link("~/x", "1")], "c.lua:3"),
    declared([link("~/x", "1"), link("~/y", "2")], "a.lua:5"),
    declared([link("~/z", "d", 1000)], "a.lua:6"),
    declared([link("~/z", "p")], "b.lua:6"),
    declared([{ kind: "run", command: "x", check: null, undo: null, on: "change" }], "a.lua:9"),
  ];
  const expected = JSON.stringify(merge(...all));
  fc.assert(fc.property(
    fc.shuffledSubarray(all, { minLength: all.length }),
    (order) => assert.equal(JSON.stringify(merge(...order)), expected),
  ));
});
