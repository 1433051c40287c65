/** Measures the store: hashing and storing a large tree, adding files, collecting garbage. */
import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";
import { sha256 } from "../../src/digest.ts";
import type { DerivationHash } from "../../src/manifest/types.ts";
import { collectGarbage } from "../../src/store/gc.ts";
import { hashTree } from "../../src/store/nar.ts";
import { removeTree } from "../../src/store/remove.ts";
import { openStore } from "../../src/store/store.ts";
import { realSystem } from "../../src/system/real.ts";
import { best, type Row } from "./row.ts";
import type { Bench } from "./support/bench.ts";
import { plantObjects } from "./support/many_objects.ts";

/** What of the bench is used here. */
type Peered = Pick<Bench, "options" | "peers">;

const system = realSystem();
const { fs } = system;
const DRV = "b".repeat(64) as DerivationHash;

/** Files of the tree of the goal, 1 GiB; a tenth of it for a quick look. */
const LARGE = 50_000;
const BYTES_EACH = 2 ** 30 / LARGE;

/** All rows. With `--large` it takes a minute or two and 3 GiB below the temporary folder, which it removes again. */
export async function rows(bench: Peered): Promise<Row[]> {
  const count = bench.options.large ? LARGE : LARGE / 10;
  const folder = fs.realPath(Deno.makeTempDirSync({ prefix: "sys-bench-" }));
  try {
    return [
      ...await largeTree(bench, folder, count),
      await files(folder),
      ...await garbage(bench, folder, 2 * count),
    ];
  } finally {
    removeTree(fs, folder);
  }
}

async function largeTree(bench: Peered, folder: string, count: number): Promise<Row[]> {
  const tree = `${folder}/tree`;
  plant(tree, count);
  const store = openStore(system, `${folder}/root`);
  const tar = await best(2, () => shell(`tar c -C ${folder} tree | sha256sum`));
  const hash = await best(2, () => hashTree(fs, tree));

  const nothing = store.addFile("nothing", new Uint8Array(), false);
  const scratch = store.scratchPath(DRV, "out", "tree", null);
  shell(`cp -r ${tree} ${scratch}; sync`);
  const adopt = await best(
    1,
    () => store.register({ scratch, name: "tree", version: null, candidates: [nothing] }),
  );

  shell("sync");
  const copy = await best(1, () => shell(`cp -r ${tree} ${folder}/copy`));
  const add = await best(1, () => store.addTree("tree", tree));
  const nix = await withNix(bench, folder, (nixStore) => `${nixStore} --add ${tree}`);
  // What is not yet on the disk is removed much faster.
  shell("sync");
  const remove = await best(1, () => shell(`rm -r ${folder}/copy`));
  shell("sync");
  const collect = await best(1, () => collectGarbage(system, `${folder}/root`, []));

  const size = `${(count * BYTES_EACH / 2 ** 30).toFixed(1)} GiB in ${count} files`;
  return [
    row(`hash a tree, ${size}`, "≤ 1.5 ×", hash, tar, "tar c | sha256sum"),
    row(`store a build's output, ${size}`, "≤ 1.5 ×", adopt, tar, "tar c | sha256sum"),
    row(`copy a tree into the store, ${size}`, "—", add, copy + tar, "cp -r, tar c | sha256sum"),
    ...nix === null
      ? []
      : [row(`copy a tree into the store, ${size}`, "≤ 1 ×", add, nix, "nix-store --add")],
    row(`collect two such trees`, "—", collect, 2 * remove, "rm -r"),
  ];
}

async function files(folder: string): Promise<Row> {
  const contents = Array.from({ length: 1000 }, (_, n) => Buffer.from(`file ${n}\n`.repeat(20)));
  const raw = `${folder}/raw`;
  fs.mkdir(raw, 0o755);
  const theirs = await best(1, () => {
    for (const [n, content] of contents.entries()) {
      sha256(content);
      const file = fs.create(`${raw}/${n}`, 0o644);
      file.write(content);
      file.sync();
      file.close();
    }
  });
  const store = openStore(system, `${folder}/files`);
  const ours = await best(1, () => {
    for (const [n, content] of contents.entries()) store.addFile(`file-${n}`, content, false);
  });
  return row("store 1,000 files", "≤ 2 ×", ours, theirs, "hash, write and fsync");
}

async function garbage(bench: Peered, folder: string, count: number): Promise<Row[]> {
  const root = `${folder}/garbage`;
  const live = plantObjects(root, count);
  const all = `${folder}/all`;
  fs.mkdir(all, 0o755);
  for (let n = 0; n < count; n++) write(`${all}/${n}`, String(n));
  shell("sync");
  const theirs = await best(1, () => shell(`rm -r ${all}`));
  const keep = await best(1, () => collectGarbage(system, root, live));
  const drop = await best(1, () => collectGarbage(system, root, []));
  const work = `gc with ${count} objects, half by half`;
  return [
    row(work, "seconds", keep + drop, theirs, "rm -r"),
    ...await nixGarbage(bench, folder, count).then((nix) =>
      nix === null ? [] : [row(work, "—", keep + drop, nix, "nix-store --gc of as many")]
    ),
  ];
}

/** Seconds that a command takes in a store of Nix's own, below the folder; null where there is no Nix. */
async function withNix(
  { peers }: Peered,
  folder: string,
  line: (nixStore: string) => string,
): Promise<number | null> {
  const program = peers.program("nix-store");
  if (program === null) return null;
  const [state, dir] = [`${folder}/nix/state`, `${folder}/nix/store`];
  const env = `NIX_STATE_DIR=${state} NIX_STORE_DIR=${dir} NIX_CONFIG='build-users-group ='`;
  return await best(1, () => shell(`export ${env}; ${line(program)}`));
}

/** Files that nothing needs, made by one expression, and their collection; the same for as many as here. */
async function nixGarbage(bench: Peered, folder: string, count: number): Promise<number | null> {
  const list = `builtins.genList (n: builtins.toFile "object" (toString n)) ${count}`;
  const made = await withNix(
    bench,
    folder,
    () => `nix-instantiate --eval --strict --expr '${list}' > ${folder}/made`,
  );
  shell("sync");
  return made === null ? null : await withNix(bench, folder, (nixStore) => `${nixStore} --gc`);
}

function plant(tree: string, count: number) {
  fs.mkdir(tree, 0o755);
  const noise = new Uint8Array(1 << 20);
  randomFillSync(noise);
  for (let n = 0; n < count; n++) {
    const folder = `${tree}/${Math.floor(n / 250)}`;
    if (n % 250 === 0) fs.mkdir(folder, 0o755);
    // Sizes from 0 to twice the mean, so that files start at all offsets.
    const size = Math.floor((n * 7919 % 1000) / 1000 * 2 * BYTES_EACH);
    write(`${folder}/${n}`, noise.subarray(n * 31 % 500_000).subarray(0, size));
  }
  shell("sync");
}

function write(path: string, content: string | Uint8Array) {
  const file = fs.create(path, 0o644);
  file.write(typeof content === "string" ? Buffer.from(content) : content);
  file.close();
}

function shell(command: string) {
  const { success, stderr } = new Deno.Command("sh", { args: ["-c", command] }).outputSync();
  if (!success) throw new Error(`${command}: ${new TextDecoder().decode(stderr)}`);
}

function row(work: string, goal: string, ours: number, theirs: number, beside: string): Row {
  return { work, goal, ours, theirs, beside };
}
