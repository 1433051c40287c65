import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import type { DerivationHash } from "../../src/manifest/types.ts";
import { boundFiles } from "../../src/store/identity.ts";
import { layoutOf } from "../../src/store/layout.ts";
import type { ObjectName } from "../../src/store/names.ts";
import { readIdentity } from "../../src/store/record.ts";
import { Relocation } from "../../src/store/relocation.ts";
import { openStore } from "../../src/store/store.ts";
import type { Store } from "../../src/store/types.ts";
import { verifyObjects } from "../../src/store/verify.ts";
import { realSystem } from "../../src/system/real.ts";
import { grow, inTemp, type Tree } from "./trees.ts";

const system = realSystem();
const { fs } = system;
const DRV = "d".repeat(64) as DerivationHash;
const HASH = "0123456789abcdfghijklmnpqrsvwxyz";

const rootOf = (store: Store) => store.dir.slice(0, -"/store".length);
const kindOf = (store: Store, object: ObjectName) =>
  readIdentity(fs, layoutOf(rootOf(store)), object)?.kind;

function register(store: Store, tree: (scratch: string) => Tree, candidates: ObjectName[] = []) {
  const scratch = store.scratchPath(DRV, "out", "thing", "1");
  store.addFile("makes-the-folders", Buffer.from(""), false);
  grow(fs, scratch, tree(scratch));
  return store.register({ scratch, name: "thing", version: "1", candidates });
}

const MOVED: [what: string, text: string, moved: string, places: number, stray: boolean][] = [
  ["nothing", "text", "text", 0, false],
  ["an object", `/r/store/obj/a-${HASH}`, `/syslua/store/obj/a-${HASH}`, 1, false],
  ["what is in one", `-L/r/store/obj/a-${HASH}/lib`, `-L/syslua/store/obj/a-${HASH}/lib`, 1, false],
  ["the profile", "PATH=/r/profile/bin:$PATH", "PATH=/syslua/profile/bin:$PATH", 1, false],
  ["a user's profile", "/r/users/me/profile", "/syslua/users/me/profile", 1, false],
  ["what only begins like it", "/r/profiles /r/profile.d", "/r/profiles /r/profile.d", 0, false],
  ["work in progress", "/r/store/tmp/x", "/r/store/tmp/x", 0, true],
  ["the folder of objects", "/r/store/obj/", "/r/store/obj/", 0, true],
  ["another file of the root", "/r/env.sh", "/r/env.sh", 0, false],
  [
    "two",
    `/r/store/obj/a-${HASH}:/r/profile`,
    `/syslua/store/obj/a-${HASH}:/syslua/profile`,
    2,
    false,
  ],
];
for (const [what, text, moved, places, stray] of MOVED) {
  Deno.test(`moving to another root: ${what}`, () => {
    const bytes = Buffer.from(text);
    const found = new Relocation("/r", "/syslua").move(bytes, bytes.length);
    assert.equal(Buffer.concat(found.pieces).toString(), moved);
    assert.deepEqual([found.places, found.stray, found.used], [places, stray, bytes.length]);
    const back = new Relocation("/syslua", "/r").move(Buffer.from(moved), moved.length);
    assert.equal(Buffer.concat(back.pieces).toString(), text);
  });
}

Deno.test("names of objects under any root: goldens", () =>
  inTemp(fs, (folder) => {
    const store = openStore(system, `${folder}/root`);
    const free = store.addFile("free", Buffer.from("free\n"), false);
    assert.equal(free, "free-c4jxwbnwky99af73adbm7l0s68zgh2jd");
    const text = `exec ${store.pathOf(free)} ${folder}/root/profile\n`;
    assert.equal(
      store.addFile("movable", Buffer.from(text), true),
      "movable-sxpqhl7m3cxd42ffms148fkrvq81iz46",
    );
    const object = register(store, (scratch) => ({
      dir: { run: { file: `${scratch}/run ${store.pathOf(free)}\n` }, link: { link: scratch } },
    }), [free]);
    assert.equal(object, "thing-1-5vhk3lh1wlfjm2is17dhiz06r3s3dvvn");
    const record = Buffer.from(fs.readFile(`${store.dir}/refs/${object}`)).toString();
    assert.equal(
      record.split("\n")[0],
      `{"version":2,"kind":"movable","references":["${free}"],"self":2,"places":3,"check":"ckwm0n7g8md42vix2fqlarm1yi9wywcz"}`,
    );
  }));

/** An object as data: what is in each of its files. Numbers name earlier objects. */
interface Spec {
  readonly files: readonly (readonly (string | number)[])[];
  readonly link: number | null;
  readonly folder: boolean;
}

const SELF = "<self>", PROFILE = "<profile>", NUL = "\0";
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.nat(20) },
  { weight: 3, arbitrary: fc.constantFrom(SELF, PROFILE, "text", "/", "é", "/syslua/store/obj/") },
  { weight: 1, arbitrary: fc.constantFrom(NUL, "x".repeat(300_000)) },
);
const anySpec: fc.Arbitrary<Spec> = fc.record({
  files: fc.array(fc.array(piece, { maxLength: 5 }), { minLength: 1, maxLength: 3 }),
  link: fc.option(fc.nat(20)),
  folder: fc.boolean(),
});

/** Makes all of them in a store. */
function plant(store: Store, specs: readonly Spec[]): ObjectName[] {
  const made: ObjectName[] = [store.addFile("first", Buffer.from("first"), false)];
  for (const [n, { files, link, folder }] of specs.entries()) {
    const path = (m: number) => store.pathOf(made[m % made.length]);
    const textOf = (pieces: Spec["files"][number], self: string) =>
      pieces.map((one) =>
        typeof one === "number"
          ? `${path(one)}/x `
          : one === SELF
          ? `${self} `
          : one === PROFILE
          ? `${rootOf(store)}/profile `
          : one
      ).join("");
    if (!folder) {
      made.push(store.addFile(`o${n}`, Buffer.from(textOf(files[0], "")), false));
      continue;
    }
    const scratch = store.scratchPath(DRV, `o${n}`, `o${n}`, null);
    grow(fs, scratch, {
      dir: {
        ...Object.fromEntries(files.map((one, m) => [`f${m}`, { file: textOf(one, scratch) }])),
        ...(link === null ? {} : { link: { link: `${path(link)}/bin` } }),
      },
    });
    made.push(store.register({ scratch, name: `o${n}`, version: null, candidates: made }));
  }
  return made;
}

Deno.test("closures of objects that are not bound have the same names under any two roots", () =>
  inTemp(fs, async (folder) => {
    let round = 0, movable = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anySpec, { minLength: 1, maxLength: 6 }), async (specs) => {
        const [a, b] = [`${folder}/a${++round}`, `${folder}/a-much-longer-root-${round}/syslua`]
          .map((root) => openStore(system, root));
        const [inA, inB] = [plant(a, specs), plant(b, specs)];
        const free = (object: ObjectName) =>
          [...a.closure([object])].every((one) => kindOf(a, one) !== "bound");
        for (const [n, object] of inA.entries()) {
          assert.equal(kindOf(b, inB[n]), kindOf(a, object));
          if (kindOf(a, object) === "bound") {
            assert.ok(boundFiles(fs, layoutOf(rootOf(a)), object).length > 0);
          }
          if (!free(object)) continue;
          assert.equal(inB[n], object);
          assert.deepEqual(b.references(inB[n]), a.references(object));
          if (kindOf(a, object) === "movable") movable++;
        }
        assert.deepEqual(await verifyObjects(system, rootOf(a)), []);
        assert.deepEqual(await verifyObjects(system, rootOf(b)), []);
      }),
      { numRuns: 60 },
    );
    assert.ok(movable > 20, `only ${movable} were movable`);
  }));

const KINDS: [string, (scratch: string, store: Store) => Tree, string, string[]][] = [
  ["no path of the store", () => ({ dir: { a: { file: "text\0" } } }), "free", []],
  ["its own path in a text", (scratch) => ({ dir: { a: { file: scratch } } }), "movable", []],
  ["its own path in a link", (scratch) => ({ dir: { a: { link: scratch } } }), "movable", []],
  [
    "its own path in a binary",
    (scratch) => ({ dir: { a: { file: `\0${scratch}\0` }, b: { file: scratch } } }),
    "bound",
    ["/a binary"],
  ],
  [
    "the path of another in a large binary, the NUL far away",
    (_, store) => ({
      dir: { a: { file: `\0${"x".repeat(3_000_000)}${store.dir}/obj/b-${HASH}` } },
    }),
    "bound",
    ["/a binary"],
  ],
  [
    "the path of a build",
    (_, store) => ({ dir: { a: { file: `${store.dir}/tmp/x` }, l: { link: `${store.dir}/tmp` } } }),
    "bound",
    ["/a stray", "/l stray"],
  ],
];
for (const [what, tree, kind, files] of KINDS) {
  Deno.test(`an object with ${what} is ${kind}`, () =>
    inTemp(fs, async (folder) => {
      const store = openStore(system, `${folder}/root`);
      const object = register(store, (scratch) => tree(scratch, store));
      assert.equal(kindOf(store, object), kind);
      const found = boundFiles(fs, layoutOf(rootOf(store)), object);
      const below = store.pathOf(object).length;
      assert.deepEqual(found.map(({ path, why }) => `${path.slice(below)} ${why}`), files);
      assert.deepEqual(await verifyObjects(system, rootOf(store)), []);
      fs.remove(`${store.dir}/refs/${object}`);
      const [problem] = await verifyObjects(system, rootOf(store));
      assert.equal(problem.kind, "record");
    }));
}

Deno.test("a source is stored as it is, and named by its bytes, whatever is in it", () =>
  inTemp(fs, async (folder) => {
    const store = openStore(system, `${folder}/root`);
    const text = `${store.dir}/obj/b-${HASH} ${store.dir}/tmp\0`;
    grow(fs, `${folder}/mine`, { file: text });
    const object = store.addTree("mine", `${folder}/mine`);
    assert.equal(kindOf(store, object), "free");
    assert.deepEqual(await verifyObjects(system, rootOf(store)), []);
    const away = openStore(system, `${folder}/another-root`);
    assert.equal(away.addTree("mine", `${folder}/mine`), object);
  }));

Deno.test("what only looks like another object in canonical form is not taken for it", () =>
  inTemp(fs, (folder) => {
    const store = openStore(system, `${folder}/root`);
    const own = Buffer.from(`${store.dir}/obj/b-${HASH}`);
    const canonical = Buffer.from(`/syslua/store/obj/b-${HASH}`);
    store.addFile("it", own, false);
    assert.throws(() => store.addFile("it", canonical, false), /another object has that name/);
    grow(fs, `${folder}/it`, { file: canonical });
    assert.throws(() => store.addTree("it", `${folder}/it`), /another object has that name/);
  }));
