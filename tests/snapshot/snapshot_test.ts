import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { SysError } from "../../src/errors.ts";
import { NOTHING } from "../../src/plan/wanted.ts";
import { chooseSnapshot, previousSnapshot } from "../../src/snapshot/choose.ts";
import { diffSnapshots } from "../../src/snapshot/diff.ts";
import { formatSnapshot, parseStored } from "../../src/snapshot/format.ts";
import { parseSnapshotNumber } from "../../src/snapshot/number.ts";
import {
  currentNumber,
  currentPath,
  eachSnapshot,
  makeCurrent,
  nextNumber,
  readCurrent,
  snapshotPath,
} from "../../src/snapshot/history.ts";
import { recordSnapshot } from "../../src/snapshot/record.ts";
import { removeSnapshots } from "../../src/snapshot/remove.ts";
import { tagSnapshot } from "../../src/snapshot/tag.ts";
import type { SnapshotNumber } from "../../src/snapshot/types.ts";
import type { PathState } from "../../src/plan/types.ts";
import { Disk } from "../../src/system/memory/disk.ts";
import { memorySystem } from "../../src/system/memory/memory.ts";
import { RULES } from "../../src/system/memory/rules.ts";
import { realSystem } from "../../src/system/real.ts";
import { snapshot, wantedPath } from "./support.ts";

const { fs } = realSystem();

function withRoot(body: (root: string) => void | Promise<void>) {
  return async () => {
    const root = Deno.makeTempDirSync();
    try {
      await body(root);
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  };
}

const refuses = (kind: string, pattern: RegExp) => (error: unknown) =>
  error instanceof SysError && error.kind === kind && pattern.test(error.message);

Deno.test("snapshot: what is written is read again", () => {
  const full = snapshot(3, {
    wanted: {
      ...NOTHING,
      paths: [
        wantedPath("/a", { kind: "link", to: "/s" }),
        wantedPath("/b", {
          kind: "file",
          digest: "d",
          mode: 420,
          content: "/s",
          owner: { uid: 1, gid: 2 },
        }),
      ],
      runs: [{
        id: "i",
        command: ["a", "b"],
        check: null,
        undo: "u",
        on: "always",
        pending: false,
        order: 0,
        by: "x",
        place: null,
      }],
      services: [{
        name: "s",
        user: true,
        unit: "/u",
        digest: "d",
        order: 1,
        by: "x",
        place: null,
      }],
      settings: [{ kind: "defaults", key: "a:b", value: { x: [1, null] }, by: "x", place: null }],
      env: { EDITOR: "vim" },
    },
    originals: { "/h/a": { kind: "absent" }, "/h/b": { kind: "dir", mode: 448 } },
    settings: { "defaults:a:b": null },
    ran: ["i"],
    derivations: [{ hash: "h", name: "n", version: null, outputs: {} }],
    restores: 1 as SnapshotNumber,
    tags: ["t"],
  });
  assert.deepEqual(parseStored(formatSnapshot(full), "x", full.number), { snapshot: full });
});

Deno.test("snapshot: damaged and newer ones are refused, and it is said why", () => {
  const good = snapshot(1);
  const check = (change: (value: Record<string, unknown>) => unknown, pattern: RegExp) => {
    const value = JSON.parse(formatSnapshot(good));
    const content = JSON.stringify(change(value) ?? value);
    assert.throws(
      () => parseStored(content, "1.json", good.number),
      refuses("snapshot", pattern),
    );
  };
  check((value) => void (value.version = 3), /version 3/);
  check((value) => void (value.version = 0), /version/);
  check((value) => void delete value.tags, /tags: is no list/);
  check((value) => void (value.number = 7), /calls itself number 7/);
  check(
    (value) => void (value.originals = { "/x": { kind: "fire" } }),
    /originals.*"fire" is unknown/,
  );
  check((value) => void (value.wanted = { paths: [{}] }), /wanted\.paths\[0\]\.path: is no text/);
  check(() => [], /version/);
  const text = formatSnapshot(good);
  fc.assert(fc.property(fc.integer({ min: 0, max: text.length - 2 }), (length) => {
    assert.throws(
      () => parseStored(text.slice(0, length), "1.json", good.number),
      refuses("snapshot", /damaged/),
    );
  }));
});

Deno.test("snapshot: only numbers are numbers", () => {
  assert.equal(parseSnapshotNumber("12"), 12);
  for (const typed of ["", "0", "-1", "1.5", "../1", "1e3", "01", " 1", "99999999999"]) {
    assert.throws(() => parseSnapshotNumber(typed), refuses("usage", /no number/), typed);
  }
});

Deno.test(
  "snapshot: recorded, current, listed, removed",
  withRoot((root) => {
    assert.equal(readCurrent(fs, root), null);
    assert.equal(nextNumber(fs, root), 1);
    for (const number of [1, 2, 10]) recordSnapshot(fs, root, snapshot(number));
    assert.equal(fs.lstat(snapshotPath(root, 10 as SnapshotNumber))?.mode, 0o600);
    assert.equal(currentNumber(fs, root), null);
    makeCurrent(fs, root, 2 as SnapshotNumber);
    makeCurrent(fs, root, 10 as SnapshotNumber);
    assert.equal(readCurrent(fs, root)?.number, 10);
    assert.equal(nextNumber(fs, root), 11);
    assert.deepEqual([...eachSnapshot(fs, root)].map(({ number }) => number), [1, 2, 10]);
    const remove = (...numbers: number[]) => removeSnapshots(fs, root, numbers as SnapshotNumber[]);
    assert.throws(() => remove(10), refuses("snapshot", /current/));
    remove(1);
    assert.deepEqual([...eachSnapshot(fs, root)].map(({ number }) => number), [2, 10]);
    assert.throws(() => chooseSnapshot(fs, root, "1"), refuses("snapshot", /there is none/));
    // One that cannot be read stops who needs them all.
    Deno.writeTextFileSync(snapshotPath(root, 2 as SnapshotNumber), "{");
    assert.throws(() => [...eachSnapshot(fs, root)], refuses("snapshot", /snapshot 2/));
    makeCurrent(fs, root, null);
    assert.equal(currentNumber(fs, root), null);
    Deno.writeTextFileSync(join(root, "snapshots", "current"), "x");
    assert.throws(() => currentNumber(fs, root), refuses("snapshot", /current/));
  }),
);

Deno.test(
  "snapshot: the link that earlier versions made current is read, and becomes a file",
  withRoot((root) => {
    for (const number of [1, 2]) recordSnapshot(fs, root, snapshot(number));
    fs.symlink("1.json", currentPath(root));
    assert.equal(readCurrent(fs, root)?.number, 1);
    makeCurrent(fs, root, 2 as SnapshotNumber);
    assert.equal(fs.lstat(currentPath(root))?.kind, "file");
    assert.equal(readCurrent(fs, root)?.number, 2);
    fs.remove(currentPath(root));
    fs.symlink("3.json", currentPath(root));
    assert.throws(() => currentNumber(fs, root), refuses("snapshot", /names 3, and there is none/));
  }),
);

Deno.test(
  "windows: neither `current` nor what is recorded needs a link",
  () => {
    const { fs } = memorySystem({ disk: new Disk({ rules: RULES.windows }) });
    for (const number of [1, 2]) {
      recordSnapshot(fs, "/c/root", snapshot(number));
      makeCurrent(fs, "/c/root", number as SnapshotNumber);
    }
    assert.equal(readCurrent(fs, "/c/root")?.number, 2);
  },
);

Deno.test(
  "snapshot: tags name one, and choose it",
  withRoot((root) => {
    for (const number of [1, 2]) recordSnapshot(fs, root, snapshot(number));
    const one = 1 as SnapshotNumber, two = 2 as SnapshotNumber;
    tagSnapshot(fs, root, one, "before-trip");
    assert.equal(chooseSnapshot(fs, root, "before-trip").number, 1);
    assert.equal(tagSnapshot(fs, root, two, "before-trip").from, one);
    assert.equal(chooseSnapshot(fs, root, "before-trip").number, 2);
    assert.deepEqual([...eachSnapshot(fs, root)].map(({ tags }) => tags), [[], ["before-trip"]]);
    for (const tag of ["", "4", "a/b", "../x", "-x"]) {
      assert.throws(() => tagSnapshot(fs, root, one, tag), refuses("usage", /no tag/), tag);
    }
    assert.throws(
      () => chooseSnapshot(fs, root, "nowhere"),
      refuses("snapshot", /none has that tag/),
    );
  }),
);

Deno.test(
  "snapshot: going back twice goes back further",
  withRoot((root) => {
    assert.throws(() => previousSnapshot(fs, root), refuses("snapshot", /nothing was applied/));
    for (const number of [1, 2, 3]) recordSnapshot(fs, root, snapshot(number));
    const current = (number: number) => makeCurrent(fs, root, number as SnapshotNumber);
    current(3);
    assert.equal(previousSnapshot(fs, root).number, 2);
    recordSnapshot(fs, root, snapshot(4, { restores: 2 as SnapshotNumber }));
    current(4);
    assert.equal(previousSnapshot(fs, root).number, 1);
    recordSnapshot(fs, root, snapshot(5));
    current(5);
    assert.equal(previousSnapshot(fs, root).number, 2, "what 4 had brought back");
    current(1);
    assert.throws(() => previousSnapshot(fs, root), refuses("snapshot", /no snapshot before 1/));
  }),
);

Deno.test(
  "snapshot: differences as packages, files, variables and services",
  withRoot(async (root) => {
    const file = (name: string, content: string | Uint8Array): PathState => {
      const path = join(root, name);
      if (typeof content === "string") Deno.writeTextFileSync(path, content);
      else Deno.writeFileSync(path, content);
      return { kind: "link", to: path };
    };
    const service = (name: string, digest: string) => ({
      name,
      user: false,
      unit: "/u",
      digest,
      order: 0,
      by: "x",
      place: null,
    });
    const derivation = (name: string, version: string | null, hash: string) => ({
      name,
      version,
      hash,
      outputs: {},
    });
    const a = snapshot(1, {
      wanted: {
        ...NOTHING,
        paths: [
          wantedPath("/same", file("same", "s")),
          wantedPath("/text", file("old", "one\ntwo\n")),
          wantedPath("/binary", file("binary", new Uint8Array([0, 255]))),
          wantedPath("/gone", { kind: "link", to: join(root, "lost") }),
          wantedPath("/profile", file("p1", "p1"), "profile"),
        ],
        env: { A: "1", B: "2" },
        services: [service("s", "1"), service("t", "1")],
      },
      derivations: [
        derivation("ripgrep", "14.1.0", "1"),
        derivation("fd", null, "2"),
        derivation("same", "1", "3"),
      ],
    });
    const b = snapshot(2, {
      wanted: {
        ...NOTHING,
        paths: [
          wantedPath("/same", file("same", "s")),
          wantedPath("/text", file("new", "one\n2\n")),
          wantedPath("/binary", file("binary2", new Uint8Array([0, 254]))),
          wantedPath("/added", file("added", "a\n")),
          wantedPath("/profile", file("p2", "p2"), "profile"),
        ],
        env: { A: "1", B: "3", C: "4" },
        services: [service("s", "2"), service("u", "1")],
      },
      derivations: [derivation("ripgrep", "15.1.0", "4"), derivation("same", "1", "3")],
    });
    const diff = await diffSnapshots(fs, a, b);
    assert.deepEqual(diff.packages, [
      { name: "fd", from: "", to: null },
      { name: "ripgrep", from: "14.1.0", to: "15.1.0" },
    ]);
    assert.deepEqual(diff.files.map(({ target, op }) => `${op} ${target}`), [
      "create /added",
      "update /binary",
      "remove /gone",
      "update /text",
    ]);
    assert.match(
      diff.files[3].diff ?? "",
      /^--- \/text\n\+\+\+ \/text\n@@ .*@@\n one\n-two\n\+2\n$/,
    );
    assert.equal(diff.files[1].diff, undefined);
    assert.deepEqual(diff.env, [{ name: "B", from: "2", to: "3" }, {
      name: "C",
      from: null,
      to: "4",
    }]);
    assert.deepEqual(diff.services, [
      { name: "s", op: "update" },
      { name: "t", op: "remove" },
      { name: "u", op: "create" },
    ]);
    const none = await diffSnapshots(fs, a, a);
    assert.deepEqual([none.packages, none.files, none.env, none.services], [[], [], [], []]);
  }),
);

Deno.test("snapshot: what is current already stays so on a full disk", () => {
  const disk = new Disk();
  const { fs } = memorySystem({ disk });
  const root = "/home/maria/root";
  for (const number of [1, 2]) recordSnapshot(fs, root, snapshot(number));
  makeCurrent(fs, root, 1 as SnapshotNumber);
  disk.capacity = disk.used;
  makeCurrent(fs, root, 1 as SnapshotNumber);
  assert.throws(() => makeCurrent(fs, root, 2 as SnapshotNumber), /the disk is full/);
  assert.equal(currentNumber(fs, root), 1);
});
