/** Measures what builds do: unpacking archives, downloading files. */
import { createHash } from "node:crypto";
import { download } from "../../src/fetch/http/download.ts";
import { unpack } from "../../src/fetch/unpack/unpack.ts";
import { toDigest } from "../../src/digest.ts";
import { realSystem } from "../../src/system/real.ts";
import { best, type Row } from "./row.ts";
import type { Bench } from "./support/bench.ts";
import { removeTree } from "../../src/store/remove.ts";

const system = realSystem();
const { fs } = system;
const signal = new AbortController().signal;

/** MiB that the archives hold; a fifth of it for a quick look. */
const MEBIBYTES = 200;
const DOWNLOADS = 32, DOWNLOAD_MIB = 10;
const RUNS = 3;

/** All rows. Takes a minute and 1 GiB below the temporary folder, which it removes again. Rows whose program is missing
 * are left out, with a line that says so. */
export async function rows({ options }: Pick<Bench, "options">): Promise<Row[]> {
  const folder = fs.realPath(Deno.makeTempDirSync({ prefix: "sys-bench-" }));
  try {
    return [
      ...await unpacking(folder, options.quick ? MEBIBYTES / 5 : MEBIBYTES),
      ...await downloading(folder),
    ];
  } finally {
    removeTree(fs, folder);
  }
}

async function unpacking(folder: string, mebibytes: number): Promise<Row[]> {
  plant(`${folder}/tree`, mebibytes);
  const kinds = [
    ["tar.gz", "tar", "tar xzf", "tar czf $A -C $F tree", "tar xzf $A -C $T"],
    ["tar.zst", "zstd", "tar --zstd", "tar --zstd -cf $A -C $F tree", "tar --zstd -xf $A -C $T"],
    ["zip", "unzip", "unzip", "cd $F && zip -qr $A tree", "unzip -q $A -d $T"],
  ];
  const found: Row[] = [];
  for (const [kind, program, beside, pack, open] of kinds) {
    if (missing(program)) continue;
    const archive = `${folder}/archive.${kind}`, dest = `${folder}/dest`;
    const names = { A: archive, F: folder, T: dest };
    shell(pack, names);
    let theirs = Infinity, ours = Infinity;
    // By turns, so that what else the machine does strikes both.
    for (let run = 0; run < RUNS; run++) {
      fs.mkdir(dest, 0o755);
      theirs = Math.min(theirs, await best(1, () => shell(open, names)));
      removeTree(fs, dest);
      ours = Math.min(ours, await best(1, () => unpack(system, { archive, dest, signal })));
      removeTree(fs, dest);
    }
    found.push({
      work: `unpack a ${kind} of ${mebibytes} MiB`,
      goal: "≤ 1.5 ×",
      ours,
      theirs,
      beside,
    });
    fs.remove(archive);
  }
  return found;
}

async function downloading(folder: string): Promise<Row[]> {
  if (missing("curl")) return [];
  const body = new Uint8Array(DOWNLOAD_MIB << 20).fill(7);
  const digests = Array.from({ length: DOWNLOADS }, (_, n) => {
    body[0] = n;
    return toDigest("sha256", createHash("sha256").update(body).digest());
  });
  // A process of its own, as a server is.
  const server = new Deno.Command(Deno.execPath(), {
    args: ["eval", SERVER, String(DOWNLOAD_MIB)],
    stdout: "piped",
  }).spawn();
  try {
    const { value } = await server.stdout.getReader().read();
    const base = new TextDecoder().decode(value).trim();
    const urls = digests.map((_, n) => `${base}/${n}`);
    const cache = `${folder}/cache`, files = `${folder}/curl`;
    const fetchAll = () =>
      Promise.all(
        urls.map((url, n) => download(system, cache, { urls: [url], digest: digests[n], signal })),
      );
    const args = urls.flatMap((url, n) => ["-o", `${files}/${n}`, url]).join(" ");
    const curl = `curl -s --parallel --parallel-max ${DOWNLOADS} ${args}`;
    const sums = `${curl} && sha256sum ${files}/* > /dev/null`;
    let theirs = Infinity, checked = Infinity, ours = Infinity;
    for (let run = 0; run < RUNS; run++) {
      for (const command of [curl, sums]) {
        fs.mkdir(files, 0o755);
        const seconds = await best(1, () => shell(command, {}));
        if (command === curl) theirs = Math.min(theirs, seconds);
        else checked = Math.min(checked, seconds);
        removeTree(fs, files);
      }
      ours = Math.min(ours, await best(1, fetchAll));
      removeTree(fs, cache);
    }
    const work = `${DOWNLOADS} downloads of ${DOWNLOAD_MIB} MiB, checked`;
    return [
      { work, goal: "≤ 1.3 ×", ours, theirs, beside: "curl --parallel" },
      { work, goal: "—", ours, theirs: checked, beside: "curl --parallel && sha256sum" },
    ];
  } finally {
    server.kill();
    await server.status;
  }
}

/** Answers `/n` with so many MiB, the first byte of which is n. */
const SERVER = `
const size = Number(Deno.args[0]) << 20;
const serve = ({ url }) => {
  const body = new Uint8Array(size).fill(7);
  body[0] = Number(new URL(url).pathname.slice(1));
  return new Response(body);
};
const onListen = ({ port }) => console.log("http://127.0.0.1:" + port);
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, serve);
`;

/** Two thousand text files that compress to a half, and a few large ones. */
function plant(tree: string, mebibytes: number): void {
  let seed = 1;
  const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 16;
  const words = Array.from({ length: 4096 }, () => (random() * 65536 + random()).toString(36));
  const text = (size: number) => {
    let all = "";
    while (all.length < size) all += `${words[random() & 4095]} `;
    return new TextEncoder().encode(all.slice(0, size));
  };
  fs.mkdir(tree, 0o755);
  const half = (mebibytes << 20) / 2;
  for (let n = 0; n < 2000; n++) {
    if (n % 50 === 0) fs.mkdir(`${tree}/${n / 50}`, 0o755);
    put(`${tree}/${Math.floor(n / 50)}/${n}`, text(Math.floor(half / 2000)));
  }
  for (let n = 0; n < 4; n++) put(`${tree}/large${n}`, text(Math.floor(half / 4)));
}

function put(path: string, content: Uint8Array): void {
  const file = fs.create(path, 0o644);
  file.write(content);
  file.close();
}

function missing(program: string): boolean {
  if (system.processes.which(program) !== null) return false;
  console.error(`bench: ${program} is not installed, so nothing stands beside`);
  return true;
}

function shell(script: string, env: Record<string, string>): void {
  const { code, stderr } = new Deno.Command("sh", { args: ["-c", script], env }).outputSync();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
}
