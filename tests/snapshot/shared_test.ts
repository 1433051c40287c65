/** What snapshots have in common is stored once, and each is read as it was recorded. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { SysError } from "../../src/errors.ts";
import {
  type BaseHash,
  baseNamed,
  basePath,
  formatBase,
  linesOfBase,
  sparePath,
} from "../../src/snapshot/base.ts";
import { editedLines, editsBetween, linesOf } from "../../src/snapshot/edits.ts";
import { chooseSnapshot } from "../../src/snapshot/choose.ts";
import { visitEntries } from "../../src/snapshot/entries.ts";
import {
  eachSnapshot,
  makeCurrent,
  readCurrent,
  readSnapshot,
  snapshotFolder,
  snapshotNumbers,
  snapshotPath,
} from "../../src/snapshot/history.ts";
import { listsOf, withLists } from "../../src/snapshot/lists.ts";
import { recordSnapshot } from "../../src/snapshot/record.ts";
import { removeSnapshots, removeUnneededBases } from "../../src/snapshot/remove.ts";
import { setAsideDamaged } from "../../src/snapshot/set_aside.ts";
import { noteSnapshot, renewIndex, summaries } from "../../src/snapshot/summary.ts";
import { tagSnapshot } from "../../src/snapshot/tag.ts";
import type { Snapshot, SnapshotNumber } from "../../src/snapshot/types.ts";
import type { FileSystem } from "../../src/system/fs.ts";
import { writeText as create } from "../activation/support.ts";
import { inMemory } from "../support/memory.ts";
import { type Declared, large, snapshot } from "./support.ts";

const ROOT = "/root/syslua";

/** Puts a text in the place of another. */
function writeText(fs: FileSystem, path: string, content: string) {
  if (fs.lstat(path) !== null) fs.remove(path);
  create(fs, path, content, 0o600);
}

/** A change of what is declared. */
type Act =
  | { readonly kind: "edit" | "remove" | "move"; readonly at: number }
  | { readonly kind: "add"; readonly at: number; readonly lines: number; readonly placed: boolean }
  | { readonly kind: "salt"; readonly at: number }
  | { readonly kind: "all" | "none" };

const at = fc.nat(30);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constantFrom("edit" as const, "remove" as const, "move" as const), at }),
  fc.record({
    kind: fc.constant("add" as const),
    at,
    lines: fc.integer({ min: 0, max: 3 }),
    placed: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("salt" as const), at }),
  fc.record({ kind: fc.constantFrom("all" as const, "none" as const) }),
);

/** Snapshots that come to be one after the other. */
function histories(acts: readonly Act[]): Snapshot[] {
  let paths: Declared[] = Array.from({ length: 8 }, (_, id) => ({ id, content: 0, line: id + 1 }));
  let salt = "", next = paths.length;
  return [
    large(1, paths),
    ...acts.map((act, n) => {
      const index = "at" in act ? act.at % Math.max(1, paths.length) : 0;
      if (act.kind === "salt") salt = String(act.at);
      if (act.kind === "none") paths = [];
      if (act.kind === "all") paths = paths.map((one) => ({ ...one, content: n + 100 }));
      if (act.kind === "edit" && paths.length > 0) {
        paths = paths.with(index, { ...paths[index], content: n + 1 });
      }
      if (act.kind === "remove") paths = paths.toSpliced(index, 1);
      if (act.kind === "move") {
        paths = [...paths.toSpliced(index, 1), ...paths.slice(index, index + 1)];
      }
      if (act.kind === "add") {
        const moved = paths.map((one, at) =>
          at >= index && one.line !== null ? { ...one, line: one.line + act.lines } : one
        );
        const line = act.placed ? act.at + 1 : null;
        paths = moved.toSpliced(index, 0, { id: next++, content: 0, line });
      }
      return large(
        n + 2,
        paths.filter((one) => one?.id !== undefined),
        salt,
      );
    }),
  ];
}

function recorded(fs: FileSystem, all: readonly Snapshot[]) {
  for (const one of all) {
    recordSnapshot(fs, ROOT, one);
    noteSnapshot(fs, ROOT, one.number);
  }
}

/** Names of bases that are there. */
function bases(fs: FileSystem): string[] {
  return fs.readDir(snapshotFolder(ROOT)).flatMap((name) => baseNamed(name) ?? []);
}

/** What the list of snapshots says, found by comparing each with the one before. */
function expectedList(all: readonly Snapshot[]) {
  let before = new Set<string>();
  return all.map(({ number, tags, wanted, derivations }) => {
    const now = new Set([
      ...derivations.map((one) => JSON.stringify(one)),
      ...wanted.paths.map(({ path, state }) => `${path} ${JSON.stringify(state)}`),
      ...Object.entries(wanted.env).map((one) => one.join("=")),
    ]);
    const added = [...now].filter((one) => !before.has(one)).length;
    const removed = [...before].filter((one) => !now.has(one)).length;
    before = now;
    return { number, tags, added, removed };
  });
}

const listOf = (fs: FileSystem) =>
  summaries(fs, ROOT).map(({ number, tags, counts: { added, removed } }) => (
    { number, tags, added, removed }
  ));

Deno.test("shared: whatever is applied one after the other, each snapshot is read as it was recorded", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
      const { fs } = inMemory();
      const all = histories(acts);
      recorded(fs, all);
      assert.deepEqual([...eachSnapshot(fs, ROOT)], all);
      for (const one of all) assert.deepEqual(readSnapshot(fs, ROOT, one.number), one);
      assert.deepEqual(listOf(fs), expectedList(all));
    }),
    { numRuns: 60 },
  );
});

Deno.test("shared: what is removed, tagged or made anew leaves the others as they were", () => {
  const numbers = fc.array(fc.nat(30), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 25 }), numbers, fc.nat(30), (acts, gone, tagged) => {
      const { fs } = inMemory();
      const all = histories(acts);
      recorded(fs, all);
      const tag = all[tagged % all.length].number;
      tagSnapshot(fs, ROOT, tag, "kept");
      removeSnapshots(
        fs,
        ROOT,
        new Set(gone.map((n) => all[n % all.length].number).filter((it) => it !== tag)),
      );
      removeUnneededBases(fs, ROOT);
      const left = snapshotNumbers(fs, ROOT).map((number) => {
        const one = all[number - 1];
        return number === tag ? { ...one, tags: ["kept"] } : one;
      });
      assert.ok(left.some(({ number }) => number === tag));
      assert.deepEqual([...eachSnapshot(fs, ROOT)], left);
      assert.deepEqual(listOf(fs), expectedList(left));
      renewIndex(fs, ROOT);
      assert.deepEqual(listOf(fs), expectedList(left));
      // None stays that no snapshot names.
      const texts = left.map(({ number }) =>
        new TextDecoder().decode(fs.readFile(snapshotPath(ROOT, number)))
      );
      for (const base of bases(fs)) assert.ok(texts.some((text) => text.includes(base)));
    }),
    { numRuns: 60 },
  );
});

Deno.test("shared: what any has is told, and nothing else", () => {
  const numbers = fc.array(fc.nat(30), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 25 }), numbers, (acts, gone) => {
      const { fs } = inMemory();
      const all = histories(acts);
      recorded(fs, [...all, snapshot(all.length + 1, { ran: ["small"] })]);
      const without = new Set(gone.map((n) => all[n % all.length].number));
      const found = { paths: new Set<string>(), ran: new Set<unknown>() };
      visitEntries(fs, ROOT, {
        snapshot: ({ number }) => without.has(number) ? ["ran"] : ["paths", "ran"],
        entry: (list, entry) => {
          if (list === "paths") found.paths.add((entry as Snapshot["wanted"]["paths"][0]).path);
          else found.ran.add(entry);
        },
      });
      const expected = all.filter(({ number }) => !without.has(number))
        .flatMap(({ wanted }) => wanted.paths.map(({ path }) => path));
      assert.deepEqual([...found.paths].sort(), [...new Set(expected)].sort());
      assert.deepEqual([...found.ran].sort(), ["i", "small"]);
    }),
    { numRuns: 60 },
  );
});

Deno.test("shared: what edits make of a base's texts is what was there", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 8 }), (acts) => {
      const all = histories(acts).map((one) => linesOf(listsOf(one)));
      const base = linesOfBase([...formatBase(all[0])].join(""));
      assert.deepEqual(base, all[0]);
      for (const lines of all) {
        const edits = editsBetween(base, lines);
        assert.deepEqual(editedLines(base, JSON.parse(JSON.stringify(edits, parsedAdds))), lines);
      }
    }),
  );
});

/** What a file holds of edits: entries, not their texts. */
function parsedAdds(key: string, value: unknown): unknown {
  return key === "add" ? (value as string[]).map((text) => JSON.parse(text)) : value;
}

Deno.test("shared: texts that look like the format are only texts", () => {
  const odd = [
    "[",
    "]",
    ",",
    '"x":[',
    '"add":[',
    ',"place":{"file":"a","line":3}}',
    "\0",
    "\n",
    "__proto__",
  ];
  const one = large(1, []);
  const strange: Snapshot = {
    ...one,
    wanted: {
      ...one.wanted,
      env: { ...one.wanted.env, ...Object.fromEntries(odd.map((it) => [it, it])) },
    },
    ran: odd,
    originals: Object.fromEntries(odd.map((it) => [it, { kind: "absent" }])),
    derivations: odd.map((it) => ({ hash: it, name: it, version: it, outputs: {} })),
  };
  const { fs } = inMemory();
  recorded(fs, [strange, { ...strange, number: 2 as SnapshotNumber, ran: odd.toReversed() }]);
  assert.deepEqual(readSnapshot(fs, ROOT, strange.number), strange);
  assert.deepEqual(readSnapshot(fs, ROOT, 2 as SnapshotNumber).ran, odd.toReversed());
  assert.deepEqual(withLists(strange, listsOf(strange)), strange);
});

Deno.test("shared: many snapshots of many paths take little room, also when lines move", () => {
  const { fs } = inMemory();
  const count = 200;
  let paths: Declared[] = Array.from(
    { length: count },
    (_, id) => ({ id, content: 0, line: 2 * id + 1 }),
  );
  const size = () =>
    fs.readDir(snapshotFolder(ROOT)).reduce(
      (sum, name) => sum + fs.lstat(`${snapshotFolder(ROOT)}/${name}`)!.size,
      0,
    );
  recorded(fs, [large(1, paths)]);
  const first = size();
  for (let n = 2; n <= 40; n++) {
    paths = paths.with(n, { ...paths[n], content: n })
      .map((one) => one.line! > 100 ? { ...one, line: one.line! + 1 } : one);
    recorded(fs, [large(n, paths)]);
  }
  assert.ok(size() < 5 * first, `${size()} for 40 of which one takes ${first}`);
  assert.deepEqual(readSnapshot(fs, ROOT, 40 as SnapshotNumber), large(40, paths));
  assert.ok(bases(fs).length > 1, "what differs from a base does not grow for ever");
});

Deno.test("shared: small ones are whole in one file, and one that a former program wrote stays as it is", () => {
  const { fs } = inMemory();
  recorded(fs, [snapshot(1)]);
  assert.deepEqual(bases(fs), []);
  const path = snapshotPath(ROOT, 2 as SnapshotNumber);
  const old = JSON.stringify(large(2, [{ id: 1, content: 1, line: 1 }]));
  const file = fs.create(path, 0o600);
  file.write(new TextEncoder().encode(old));
  file.close();
  recorded(fs, [large(3, [{ id: 1, content: 2, line: 1 }])]);
  assert.equal(new TextDecoder().decode(fs.readFile(path)), old);
  assert.deepEqual(listOf(fs).map(({ added, removed }) => [added, removed]), [[0, 0], [4, 0], [
    1,
    1,
  ]]);
  assert.equal(bases(fs).length, 1);
  assert.equal(fs.lstat(basePath(ROOT, bases(fs)[0] as BaseHash))?.mode, 0o600);
});

/** Two snapshots that share a base, the second current; and the path of that base. */
function two() {
  const { fs } = inMemory();
  const paths = [1, 2, 3].map((id) => ({ id, content: 0, line: id }));
  recorded(fs, [large(1, paths), large(2, paths.slice(1))]);
  makeCurrent(fs, ROOT, second);
  const hash = bases(fs)[0] as BaseHash;
  return { fs, path: basePath(ROOT, hash), spare: sparePath(ROOT, hash) };
}

const second = 2 as SnapshotNumber;
const text = (fs: FileSystem, path: string) => new TextDecoder().decode(fs.readFile(path));
const isDamage = (thrown: unknown) =>
  thrown instanceof SysError && thrown.kind === "snapshot" &&
  /it is damaged/.test(thrown.message) &&
  /sys repair/.test(thrown.hint ?? "");

const damages: Record<string, (fs: FileSystem, path: string) => void> = {
  gone: (fs, path) => fs.remove(path),
  "a folder": (fs, path) => (fs.remove(path), fs.mkdir(path, 0o755)),
  "a link to nothing": (fs, path) => (fs.remove(path), fs.symlink("nowhere", path)),
  "a link to itself": (fs, path) => (fs.remove(path), fs.symlink(path, path)),
  "a link to a folder": (fs, path) => (fs.remove(path), fs.symlink(".", path)),
  "cut short": (fs, path) => writeText(fs, path, text(fs, path).slice(0, -100)),
  "other entries": (fs, path) => writeText(fs, path, text(fs, path).replace("/h/f1", "/h/f9")),
  "another table": (fs, path) => writeText(fs, path, '{"version":1}\n'),
};

Deno.test("shared: what is damaged is said to be, and is nobody's wish", () => {
  for (const [name, damage] of Object.entries(damages)) {
    const { fs, path, spare } = two();
    damage(fs, path);
    damage(fs, spare);
    assert.throws(() => readCurrent(fs, ROOT), isDamage, name);
    assert.throws(() => [...eachSnapshot(fs, ROOT)], isDamage, name);
    const visitor = { snapshot: () => [], entry: () => {} };
    assert.throws(() => visitEntries(fs, ROOT, visitor), isDamage, name);
    assert.throws(() => diffable(fs), isDamage, name);
    // The next one is written on its own.
    const next = large(3, [{ id: 7, content: 7, line: 7 }]);
    recordSnapshot(fs, ROOT, next);
    assert.deepEqual(readSnapshot(fs, ROOT, next.number), next, name);
    assert.deepEqual(setAsideDamaged(fs, ROOT), { aside: [1, 2], again: [], current: 3 });
    assert.deepEqual([fs.lstat(path), fs.lstat(spare)], [null, null], name);
    assert.deepEqual(readCurrent(fs, ROOT), next, name);
    assert.deepEqual(listOf(fs).map(({ number }) => number), [3], name);
  }
});

Deno.test("shared: where one file is damaged nothing is lost, and repair makes it again", () => {
  for (const [name, damage] of Object.entries(damages)) {
    const { fs, path, spare } = two();
    const whole = text(fs, path), then = readCurrent(fs, ROOT);
    assert.equal(text(fs, spare), whole);
    damage(fs, path);
    assert.deepEqual(readCurrent(fs, ROOT), then, name);
    assert.deepEqual(setAsideDamaged(fs, ROOT), { aside: [], again: [path] }, name);
    assert.equal(text(fs, path), whole, name);
    damage(fs, spare);
    assert.deepEqual(setAsideDamaged(fs, ROOT), { aside: [], again: [] }, name);
    assert.equal(text(fs, spare), whole, name);
    assert.equal(fs.lstat(spare)?.mode, 0o600);
    assert.deepEqual(readCurrent(fs, ROOT), then, name);
  }
});

const diffable = (fs: FileSystem) => chooseSnapshot(fs, ROOT, "1");

Deno.test("shared: edits that do not fit are damage", () => {
  const { fs } = two();
  const path = snapshotPath(ROOT, second);
  const whole = text(fs, path);
  const change = (from: string | RegExp, to: string) => {
    const changed = whole.replace(from, to);
    assert.notEqual(changed, whole);
    writeText(fs, path, changed);
    assert.throws(() => readSnapshot(fs, ROOT, second), isDamage, to);
    const visitor = { snapshot: () => ["paths" as const], entry: () => {} };
    assert.throws(() => visitEntries(fs, ROOT, visitor), isDamage, to);
  };
  change('{"keep":[1,3]}', '{"keep":[1,4]}');
  change('{"keep":[1,3]}', '{"keep":[3,1]}');
  change('{"keep":[1,3]}', '{"keep":[1]}');
  change('{"keep":[1,3]}', '{"kept":[1,3]}');
  change('"paths":[', '"paths":[{"add":[{}]},');
  change(/"base":"../, '"base":"');
  change(/"base":"....../, '"base":"000000');
  change('"moves":[]', '"moves":[["a","b",1]]');
  writeText(fs, path, whole);
  assert.equal(readSnapshot(fs, ROOT, second).number, 2);
});

Deno.test("shared: a base that is damaged is written again with the next snapshot that is the same", () => {
  const { fs, path, spare } = two();
  const whole = text(fs, path);
  writeText(fs, path, "damaged");
  writeText(fs, spare, "damaged");
  recordSnapshot(fs, ROOT, { ...readFirst(), number: 3 as SnapshotNumber });
  assert.equal(text(fs, path), whole);
  assert.equal(text(fs, spare), whole);
  assert.equal(readSnapshot(fs, ROOT, second).number, 2);
});

const readFirst = () => {
  const { fs } = two();
  return readSnapshot(fs, ROOT, 1 as SnapshotNumber);
};

Deno.test("shared: no base goes while a snapshot can't be read, which may need it", () => {
  const { fs, path, spare } = two();
  removeSnapshots(fs, ROOT, [1 as SnapshotNumber]);
  const head = snapshotPath(ROOT, second), whole = text(fs, head);
  writeText(fs, head, whole.slice(0, -20));
  removeUnneededBases(fs, ROOT);
  writeText(fs, head, whole);
  assert.equal(readSnapshot(fs, ROOT, second).number, 2);
  fs.remove(head);
  removeUnneededBases(fs, ROOT);
  assert.deepEqual([fs.lstat(path), fs.lstat(spare)], [null, null]);
});
