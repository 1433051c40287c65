import assert from "node:assert/strict";
import { join } from "node:path";
import { bind } from "../../src/activation/bind.ts";
import type { BindWorld, Bound, Scope } from "../../src/activation/scope.ts";
import { materialize } from "../../src/activation/materialize.ts";
import { recover } from "../../src/activation/recover.ts";
import { sha256Hex } from "../../src/digest.ts";
import { SysError } from "../../src/errors.ts";
import { formOfLink } from "../../src/platform/links.ts";
import { platformAdapters } from "../../src/platform/platform.ts";
import { writePlist } from "../../src/platform/plist/write.ts";
import type { Action, Activation, Origin } from "../../src/manifest/types.ts";
import { DIR_PLACEHOLDER, outputPlaceholder } from "../../src/manifest/placeholder.ts";
import { real, Rig, treeOf } from "./support.ts";

const OUT = outputPlaceholder("x".repeat(64), "out");
let count = 0;

function activation(actions: Action[], details: Partial<Activation> = {}): Activation {
  count++;
  return {
    id: `a${count}`,
    name: `activation ${count}`,
    user: null,
    project: null,
    after: [],
    actions,
    place: { file: "init.lua", line: count },
    ...details,
  };
}

const text = (value: string, executable = false): Origin => ({ text: value, executable });
const link = (target: string, source: Origin): Action => ({
  kind: "link",
  source,
  target,
  mutable: false,
  force: false,
});
const copy = (target: string, source: Origin, details = {}): Action => ({
  kind: "copy",
  source,
  target,
  mode: null,
  owner: null,
  mutable: false,
  force: false,
  ...details,
});
const profile = (dir: string, priority = 100): Action => ({ kind: "profile", dir, priority });

function bound(
  rig: Rig,
  activations: Activation[],
  known: Record<string, string> = {},
  scope: Partial<Scope> = {},
  world: Partial<BindWorld> = {},
): Bound {
  return bind(activations, {
    user: "me",
    topLevel: true,
    home: rig.home,
    root: rig.root,
    ...scope,
  }, {
    system: real,
    store: rig.store,
    links: "everything",
    services: { unitPath: (name) => join(rig.home, "units", name) },
    known: new Map(Object.entries(known)),
    ...world,
  });
}

/** A package in the store: a folder with these files. */
function pack(rig: Rig, name: string, files: Record<string, string>): string {
  const dir = join(rig.dir, name);
  for (const [path, content] of Object.entries(files)) {
    Deno.mkdirSync(join(dir, path, ".."), { recursive: true });
    Deno.writeTextFileSync(join(dir, path), content);
  }
  const object = rig.store.addTree(name, dir);
  Deno.removeSync(dir, { recursive: true });
  return rig.store.pathOf(object);
}

Deno.test("bind: a link to a text is a link to its object, known before it is there", () => {
  using rig = new Rig();
  const result = bound(rig, [activation([link("~/a", text("hello"))])]);
  const [path] = result.wanted.paths;
  assert.equal(path.path, join(rig.home, "a"));
  assert.equal(path.pending, false);
  assert.equal(
    path.state.kind === "link" && Deno.lstatSync(rig.dir) && path.state.to,
    result.files[0].path,
  );
  assert.equal(real.fs.lstat(result.files[0].path), null);
  materialize(real.fs, rig.store, result);
  assert.equal(Deno.readTextFileSync(result.files[0].path), "hello");
});

Deno.test("bind: the same basename twice is two objects", () => {
  using rig = new Rig();
  const { wanted } = bound(rig, [
    activation([link("~/a/config", text("one"))]),
    activation([link("~/b/config", text("two"))]),
  ]);
  const [a, b] = wanted.paths.map(({ state }) => state.kind === "link" ? state.to : "");
  assert.notEqual(a, b);
});

Deno.test("bind: what is not built is pending, and its path when it is", () => {
  using rig = new Rig();
  const activations = [
    activation([
      link("~/a", { path: `${OUT}/x` }),
      link("~/b", text(`exec ${OUT}/bin/x`)),
      copy("~/c", { path: `${OUT}/x` }),
      profile(`${OUT}/bin`),
      { kind: "env", name: "TOOL", op: "set", values: [`${OUT}/x`], separator: ":" },
      { kind: "run", command: `${OUT}/bin/x`, check: null, undo: null, on: "change" },
    ]),
  ];
  const before = bound(rig, activations);
  assert.deepEqual(before.wanted.paths.map(({ pending }) => pending), Array(8).fill(true));
  assert.equal(before.wanted.runs[0].pending, true);
  assert.equal(before.profile, null);
  assert.throws(() => materialize(real.fs, rig.store, before), SysError);

  const object = pack(rig, "x-1", { x: "content", "bin/x": "#!/bin/sh\n" });
  const after = bound(rig, activations, { [OUT]: object });
  const profilePath = after.wanted.paths.find(({ role }) => role === "profile");
  assert.equal(profilePath?.pending, true, "the profile is made by materialize");
  const wanted = materialize(real.fs, rig.store, after);
  assert.ok(wanted.paths.every(({ pending }) => !pending));
  const at = (target: string) => wanted.paths.find((path) => path.target === target)?.state;
  assert.deepEqual(at("~/a"), { kind: "link", to: `${object}/x` });
  const c = at("~/c");
  assert.ok(c?.kind === "file" && c.content === `${object}/x` && c.mode === 0o644);
  assert.equal(wanted.env.TOOL, `${object}/x`);
  assert.ok(wanted.objects.some((name) => object.endsWith(name)));
  // Once it is made, nothing is pending any more.
  const again = bound(rig, activations, { [OUT]: object });
  assert.ok(again.wanted.paths.every(({ pending }) => !pending));
});

Deno.test("bind: a copied folder is a file each", () => {
  using rig = new Rig();
  const object = pack(rig, "dots", { "a": "1", "sub/b": "2" });
  const { wanted } = bound(rig, [activation([copy("~/d", { path: OUT }, { mode: 0o600 })])], {
    [OUT]: object,
  });
  assert.deepEqual(
    wanted.paths.map(({ target, state }) => [target, state.kind === "file" && state.mode]),
    [["~/d/a", 0o600], ["~/d/sub/b", 0o600]],
  );
});

Deno.test("bind: a live link leads to the config's folder", () => {
  using rig = new Rig();
  const live = { ...link("~/nvim", { path: `${DIR_PLACEHOLDER}/nvim` }), mutable: true } as Action;
  const { wanted } = bound(rig, [activation([live])], { [DIR_PLACEHOLDER]: "/dots" });
  assert.deepEqual(wanted.paths[0].state, { kind: "link", to: "/dots/nvim" });
  assert.equal(wanted.paths[0].mutable, false, "leading elsewhere would be drift");
});

Deno.test("bind: scopes take what is theirs", () => {
  using rig = new Rig();
  const activations = [
    activation([link("~/top", text("1"))]),
    activation([link("~/mine", text("2"))], { user: "me" }),
    activation([link("~/other", text("3"))], { user: "other" }),
    activation([link("~/project", text("4"))], { project: "web" }),
  ];
  const targets = (scope: Partial<Scope>) =>
    bound(rig, activations, {}, scope).wanted.paths.map(({ target }) => target);
  assert.deepEqual(targets({}), ["~/top", "~/mine"]);
  assert.deepEqual(targets({ user: "other", topLevel: false }), ["~/other"]);
  assert.deepEqual(targets({ user: null }), ["~/top"]);
  assert.deepEqual(targets({ project: "web" }), ["~/project"]);
});

Deno.test("bind: two things at one place is an error that names both, equal ones are one", () => {
  using rig = new Rig();
  const a = activation([link("~/x", text("1"))]), b = activation([link("~/./x", text("1"))]);
  assert.equal(bound(rig, [a, b]).wanted.paths.length, 1);
  const c = activation([link("~/x", text("2"))]);
  assert.throws(
    () => bound(rig, [a, b, c]),
    (error) => error instanceof SysError && error.kind === "config" && error.notes.length === 2,
  );
});

Deno.test("bind: PATH is never replaced, and odd names are refused", () => {
  using rig = new Rig();
  const env = (name: string): Action => ({
    kind: "env",
    name,
    op: "set",
    values: ["~/bin"],
    separator: ":",
  });
  const { environment, wanted } = bound(rig, [activation([env("PATH")])]);
  assert.equal(environment.variables[0].op, "prepend");
  assert.equal(wanted.env.PATH, `${rig.home}/bin:$PATH`);
  assert.throws(() => bound(rig, [activation([env("A B")])]), SysError);
});

Deno.test("bind: commands and services come after what they name in `after`", () => {
  using rig = new Rig();
  const run = (command: string): Action => ({
    kind: "run",
    command,
    check: null,
    undo: null,
    on: "change",
  });
  const service: Action = { kind: "service", name: "s", unit: text("[Service]\n"), user: true };
  const activations = [
    activation([run("last")], { id: "l", after: ["m"] }),
    activation([service], { id: "s", after: ["f"] }),
    activation([run("middle")], { id: "m", after: ["s"] }),
    activation([run("first")], { id: "f" }),
  ];
  const { wanted } = bound(rig, activations);
  const order = [
    ...wanted.runs.map((one) => [one.order, one.command] as const),
    [
      wanted.services[0].order,
      "service",
    ] as const,
  ].sort((a, b) => a[0] - b[0]).map(([, what]) => what);
  assert.deepEqual(order, ["first", "service", "middle", "last"]);
  const circle = [
    activation([run("a")], { id: "1", after: ["2"] }),
    activation([run("b")], { id: "2", after: ["1"] }),
  ];
  assert.throws(() => bound(rig, circle), SysError);
});

Deno.test("profile: packages are merged, and one that only one brings is one link", async () => {
  using rig = new Rig();
  const a = pack(rig, "a-1", { "bin/a": "a", "share/man/man1/a.1": "", "share/doc/a": "" });
  const b = pack(rig, "b-1", { "bin/b": "b", "share/man/man1/b.1": "", "share/man/man5/b.5": "" });
  const activations = [activation([profile(`${a}/bin`)]), activation([profile(`${b}/bin`)])];
  const wanted = materialize(real.fs, rig.store, bound(rig, activations));
  await rig.apply(wanted);
  const at = (path: string) => join(rig.root, "profile", path);
  assert.equal(Deno.readTextFileSync(at("bin/a")), "a");
  assert.equal(Deno.readTextFileSync(at("bin/b")), "b");
  assert.equal(Deno.readLinkSync(at("share/man/man5")), `${b}/share/man/man5`);
  assert.deepEqual([...Deno.readDirSync(at("share/man/man1"))].length, 2);
  assert.deepEqual([...Deno.readDirSync(at("share"))].map(({ name }) => name), ["man"]);
  const object = wanted.objects.find((name) => name.startsWith("profile-"));
  assert.ok(object);
  assert.deepEqual(rig.store.references(object).length, 2);
});

Deno.test("profile: the same entry twice is a conflict that names both, unless one has priority", () => {
  using rig = new Rig();
  const a = pack(rig, "a-1", { "bin/x": "a" }), b = pack(rig, "b-1", { "bin/x": "b" });
  const made = (...actions: Action[]) =>
    materialize(real.fs, rig.store, bound(rig, actions.map((one) => activation([one]))));
  assert.throws(
    () => made(profile(`${a}/bin`), profile(`${b}/bin`)),
    (error) =>
      error instanceof SysError && error.kind === "config" && /bin\/x/.test(error.message) &&
      error.notes.length === 2,
  );
  const wanted = made(profile(`${a}/bin`), profile(`${b}/bin`, 50));
  const to = wanted.paths.find(({ role }) => role === "profile")?.state;
  assert.ok(to?.kind === "link");
  assert.equal(Deno.readTextFileSync(join(to.to, "bin/x")), "b");
});

Deno.test("bind: a whole scope is applied, kept, and taken back", async () => {
  using rig = new Rig();
  const a = pack(rig, "a-1", { "bin/a": "#!/bin/sh\necho a\n" });
  const before = rig.world();
  const activations = [activation([
    profile(`${a}/bin`),
    { kind: "env", name: "EDITOR", op: "set", values: ["vim"], separator: ":" },
    { kind: "persistent_env", name: "A", value: 'b"$' },
    { kind: "shell", script: text("alias x=y\n"), shells: [] },
    copy("~/.config/c", text("c", true)),
  ])];
  const wanted = materialize(real.fs, rig.store, bound(rig, activations));
  const { snapshot } = await rig.apply(wanted);
  assert.equal(snapshot?.number, 1);
  assert.equal(
    Deno.readTextFileSync(join(rig.home, ".config/environment.d/50-syslua.conf")),
    'A="b\\"\\$"\n',
  );
  assert.equal(Deno.lstatSync(join(rig.home, ".config/c")).mode! & 0o777, 0o755);
  assert.match(Deno.readTextFileSync(join(rig.root, "env.sh")), /export EDITOR='vim'/);
  // Nothing to do: no step, no snapshot.
  const again = bound(rig, activations).wanted;
  const plan = await rig.plan(again);
  assert.deepEqual([plan.steps, plan.changes], [[], false]);
  assert.equal((await rig.apply(again)).snapshot, null);
  await rig.apply({});
  assert.equal(await recover(real.fs, rig.adapters(), rig.root), null);
  const after = rig.world();
  for (const path of Object.keys(after)) {
    if (path.includes("/snapshots")) delete after[path];
  }
  assert.deepEqual(after, before);
});

for (
  const [power, leadsTo, live, expected] of [
    ["everything", "file", true, "link"],
    ["everything", "nothing", false, "link"],
    ["folders", "folder", true, "link"],
    ["folders", "folder", false, "link"],
    ["folders", "file", false, "copy"],
    ["folders", "file", true, "refused"],
    ["folders", "nothing", false, "refused"],
  ] as const
) {
  Deno.test(`links: ${power} can be linked, ${live ? "live" : "stored"} ${leadsTo}: ${expected}`, () => {
    assert.equal(formOfLink(power, leadsTo, live), expected);
  });
}

Deno.test("links: where files can't be linked they are copied, applied, kept, and taken back", async () => {
  using rig = new Rig();
  const before = treeOf(rig.home);
  const tool = pack(rig, "tool", { "bin/tool": "#!/bin/sh\n", "share/man/man1/tool.1": "t" });
  const activations = [activation([
    link("~/.vimrc", text("set number\n")),
    link("~/tool", { path: tool }),
    profile(`${tool}/bin`),
  ])];
  const apply = () => {
    const wanted = materialize(
      real.fs,
      rig.store,
      bound(rig, activations, {}, {}, { links: "folders" }),
    );
    return rig.apply(wanted);
  };
  await apply();
  const info = (path: string) => Deno.lstatSync(join(rig.home, path));
  assert.ok(info(".vimrc").isFile);
  assert.ok(info("tool").isSymlink);
  const program = join(rig.root, "profile", "bin", "tool");
  assert.equal(Deno.readTextFileSync(program), "#!/bin/sh\n");
  assert.ok(Deno.lstatSync(Deno.realPathSync(program)).isFile);
  assert.equal((await apply()).snapshot, null);
  await rig.apply({});
  assert.deepEqual(treeOf(rig.home), before);
});

Deno.test("links: a live file that can't be linked is refused with the place", () => {
  using rig = new Rig();
  Deno.writeTextFileSync(join(rig.dir, "live"), "x");
  assert.throws(
    () =>
      bound(rig, [activation([link("~/x", { path: join(rig.dir, "live") })])], {}, {}, {
        links: "folders",
      }),
    (error) => error instanceof SysError && error.place?.file === "init.lua",
  );
});

Deno.test("bind: a setting is the user's for whom root acts, or the machine's", () => {
  using rig = new Rig();
  const value = { uid: null, group: null, groups: ["a"], home: null, shell: "/bin/zsh" };
  const { wanted } = bound(
    rig,
    [activation([
      { kind: "host_packages", packages: { apt: ["git"], brew: ["fd"] } },
      { kind: "user", name: "maria", ...value, comment: null, system: false, create_home: false },
      { kind: "defaults", domain: "com.x", key: "k", value: 1 },
      { kind: "group", name: "a", gid: null, system: false },
    ])],
    {},
    { user: "me", owner: { uid: 1, gid: 1 } },
  );
  assert.deepEqual(wanted.settings.map((one) => [one.kind, one.key, one.account?.name]), [
    ["defaults", "com.x:k", "me"],
    ["group", "a", undefined],
    ["user", "maria", undefined],
    ["user", "maria:shell", undefined],
    ["membership", "maria:a", undefined],
    ["host_packages", "apt:git", undefined],
    ["host_packages", "brew:fd", "me"],
  ]);
});

Deno.test("bind: a setting may name what is not built yet", () => {
  using rig = new Rig();
  const set = (value: string): Action => ({ kind: "defaults", domain: "d", key: "k", value });
  const [pending] = bound(rig, [activation([set(`${OUT}/bin/x`)])]).wanted.settings;
  assert.equal(pending.pending, true);
  const known = { [OUT]: "/built" };
  const [built] = bound(rig, [activation([set(`${OUT}/bin/x`)])], known).wanted.settings;
  assert.deepEqual([built.pending, built.value], [undefined, "/built/bin/x"]);
});

Deno.test("bind: what is copied for its owner alone is private in the store, too", () => {
  using rig = new Rig();
  Deno.writeTextFileSync(join(rig.dir, "key"), "key", { mode: 0o600 });
  const result = bound(rig, [
    activation([copy("~/.netrc", text("login"), { mode: 0o600 })]),
    activation([copy("~/open", text("login"))]),
    activation([copy("~/key", { path: join(rig.dir, "key") })]),
  ]);
  const { paths } = materialize(real.fs, rig.store, result);
  const modes = paths.filter(({ role }) => role === "copy").map(({ state }) =>
    state.kind === "file" &&
    [state.mode, real.fs.lstat(state.content!)?.mode].map((mode) => mode?.toString(8)).join(" ")
  );
  assert.deepEqual(modes, ["600 400", "644 444", "600 400"]);
});

Deno.test("bind: root's private content is not linked for another user", () => {
  using rig = new Rig();
  Deno.mkdirSync(join(rig.dir, "mixed"));
  Deno.writeTextFileSync(join(rig.dir, "mixed/key"), "key", { mode: 0o600 });
  Deno.writeTextFileSync(join(rig.dir, "mixed/open"), "open", { mode: 0o644 });
  const mixed = rig.store.pathOf(rig.store.addTree("mixed", join(rig.dir, "mixed")));
  const closed = rig.store.pathOf(
    rig.store.addTree("closed", join(rig.dir, "mixed"), { isPrivate: true }),
  );
  const owner = { uid: 12345, gid: 12345 };
  const link1 = (path: string) => [activation([link("~/it", { path })])];
  for (const path of [`${mixed}/key`, closed, `${closed}/open`]) {
    assert.throws(() => bound(rig, link1(path), {}, { owner }), {
      kind: "activation",
      message: "Cannot link ~/it: only root may read its source",
    });
    bound(rig, link1(path));
  }
  bound(rig, link1(`${mixed}/open`), {}, { owner });
});

/** A user's machine with macOS, as binding sees it. */
function mac(): Partial<BindWorld> {
  const host = new Proxy(real.host, {
    get: (target, name) => name === "os" ? "darwin" : Reflect.get(target, name),
  });
  const { services } = platformAdapters({ ...real, host }, { root: "/r", home: "/h" });
  return { system: { ...real, host }, services };
}

Deno.test("macOS: variables of the session are an agent that is started, in a file of its own", () => {
  using rig = new Rig();
  const set = activation([{ kind: "persistent_env", name: "A", value: "1" }]);
  const { wanted } = bound(rig, [set], {}, {}, mac());
  const unit = join(rig.home, "Library/LaunchAgents/org.syslua.environment.plist");
  const state = wanted.paths.find(({ path }) => path === unit)?.state;
  assert(state?.kind === "file");
  assert.equal(state.mode, 0o644);
  const [service] = wanted.services;
  assert.deepEqual([service.name, service.unit, service.user, service.digest], [
    "org.syslua.environment",
    unit,
    true,
    state.digest,
  ]);
  const built = activation([{ kind: "persistent_env", name: "A", value: OUT }]);
  const pending = bound(rig, [built], {}, {}, mac()).wanted;
  assert.equal(pending.paths.find(({ path }) => path === unit)?.pending, true);
  assert.equal(pending.services.length, 1);
});

Deno.test("macOS: a unit with another label stops the plan", () => {
  using rig = new Rig();
  const plist = writePlist(new Map([["Label", "org.other"]]));
  const service = { kind: "service", name: "a", user: true, unit: text(plist) } as const;
  assert.throws(
    () => bound(rig, [activation([service])], {}, {}, mac()),
    /Cannot enable the service a: the Label of its unit is "org.other"/,
  );
});

/** A user's machine with Windows, as binding sees it; its paths are those of the machine that runs the test. */
function windows(): Partial<BindWorld> {
  const host = new Proxy(real.host, {
    get: (target, name) =>
      name === "os" ? "windows" : name === "administrator" ? false : Reflect.get(target, name),
  });
  const { services } = platformAdapters({ ...real, host }, { root: "/r", home: "/h" });
  return { system: { ...real, host }, services };
}

const TASK = `<Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Actions><Exec><Command>x</Command></Exec></Actions>
</Task>
`;

Deno.test("windows: variables of the session are settings, folders are added to PATH, paths are native", () => {
  using rig = new Rig();
  const set = activation([
    { kind: "persistent_env", name: "A", value: `${OUT}/bin and /b` },
    { kind: "persistent_env", name: "Path", value: "C:\\x;C:\\y" },
    { kind: "persistent_env", name: "B", value: "~/b" },
    { kind: "persistent_env", name: "PATH", value: "~/c;/d/e;C:/f" },
    { kind: "persistent_env", name: "D", value: "/c/in Git Bash's form" },
  ]);
  const known = new Map([[OUT, "/c/r/store/obj/o"]]);
  const { wanted } = bound(rig, [set], {}, { home: "/c/Users/jo" }, { ...windows(), known });
  assert.deepEqual(wanted.settings.map(({ kind, key, value }) => [kind, key, value]), [
    ["environment", "A", "C:\\r\\store\\obj\\o\\bin and /b"],
    ["environment", "PATH:C:\\x", true],
    ["environment", "PATH:C:\\y", true],
    ["environment", "B", "C:\\Users\\jo\\b"],
    ["environment", "PATH:C:\\Users\\jo\\c", true],
    ["environment", "PATH:D:\\e", true],
    ["environment", "PATH:C:\\f", true],
    ["environment", "D", "C:\\in Git Bash's form"],
  ]);
});

Deno.test("windows: a unit lies there in UTF-16, and commands get native paths", () => {
  using rig = new Rig();
  const service = { kind: "service", name: "a", user: true, unit: text(TASK) } as const;
  const known = new Map([[OUT, "/c/r/store/obj/o"]]);
  const run = { kind: "run", command: `& '${OUT}/bin/x' /y`, check: null, undo: null } as const;
  const done = bound(
    rig,
    [activation([service, { ...run, on: "change", after: [] } as Action])],
    {},
    {},
    { ...windows(), known },
  );
  const [path] = done.wanted.paths;
  assert(path.state.kind === "file");
  const { content } = path.state;
  const file = done.files.find(({ path: at }) => at === content)!;
  assert.deepEqual([...file.content.slice(0, 2)], [0xff, 0xfe]);
  assert.equal(path.state.digest, sha256Hex(file.content));
  assert.equal(done.wanted.services[0].digest, path.state.digest);
  assert.equal(done.wanted.runs[0].command, "& 'C:\\r\\store\\obj\\o\\bin\\x' /y");
});
