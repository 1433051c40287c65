/** What is fetched on Windows: places leave in the system's form, and come in so. */
import assert from "node:assert/strict";
import { fetchGit } from "../../src/fetch/git/fetch_git.ts";
import { systemGit } from "../../src/fetch/git/system_git.ts";
import { download } from "../../src/fetch/http/download.ts";
import { pathOfFileUrl } from "../../src/fetch/http/file_url.ts";
import { decryptBySops } from "../../src/secrets/sops_program.ts";
import type { Command, System } from "../../src/system/mod.ts";
import { grow } from "../store/trees.ts";
import { WORLDS, type WorldSystem } from "../support/worlds/world.ts";

const WINDOWS = WORLDS.find(({ name }) => name === "windows")!;
const signal = new AbortController().signal;
const CACHE = "/c/Users/maria/AppData/Local/Temp/syslua";
const REV = "0123456789abcdef0123456789abcdef01234567";

/** Where every program ends well with some output. */
function answering(world: WorldSystem, answer: (words: readonly string[]) => string) {
  const asked: (readonly string[])[] = [];
  const run = ({ argv }: Command) => {
    asked.push(argv);
    const stdout = new TextEncoder().encode(answer(argv));
    return Promise.resolve({ code: 0, stdout, stderr: new Uint8Array(), timedOut: false });
  };
  const which = (name: string) => `/c/Tools/${name}.exe`;
  const system: System = { ...world, processes: { ...world.processes, run, which } };
  return { system, asked };
}

Deno.test("windows: git is told where its repository lies in the system's form", async () => {
  const { system, asked } = answering(WINDOWS.system(), () => "");
  const options = { remote: "https://example.org/r", token: null, cacheDir: CACHE };
  const repository = systemGit(system, "/c/Tools/git.exe", options);
  grow(system.fs, `${WINDOWS.home}/tree`, { dir: {} });
  await repository.export(REV, `${WINDOWS.home}/tree`);
  const places = asked.flat().filter((word) => word.includes("syslua"));
  assert.ok(places.length > 2);
  for (const place of places) assert.match(place, /^C:\/Users\/maria\/AppData\//);
});

Deno.test("windows: sops is told of a file in the system's form", async () => {
  const { system, asked } = answering(WINDOWS.system(), () => "a: b\n");
  await decryptBySops(system, "/c/Users/maria/s.yaml", { kind: "yaml", types: ["pgp"], signal });
  assert.equal(asked[0].at(-1), "C:\\Users\\maria\\s.yaml");
});

Deno.test("windows: a file URL names a file of a drive or a share", async () => {
  const { fs, ...rest } = WINDOWS.system();
  grow(fs, "/c/Users/maria/a b", { dir: { "x.txt": { file: "here" } } });
  const found = await download({ fs, ...rest }, CACHE, {
    urls: ["file:///C:/Users/maria/a%20b/x.txt"],
    digest: null,
    signal,
  });
  assert.equal(new TextDecoder().decode(fs.readFile(found.path)), "here");
  assert.equal(pathOfFileUrl("file://server/share/x", "windows"), "/unc/server/share/x");
  assert.throws(() => pathOfFileUrl("file:///C:/a%5Cb", "windows"));
});

for (
  const url of [
    ...["C:/Users/maria/private", "C:\\private", "\\\\evil\\share", "..\\private", "private"],
    ...["//evil/share", "file:///C:/private", "/c/Users/maria/private"],
  ]
) {
  Deno.test(`windows: the submodule ${url} of a repository from elsewhere is local, and refused`, async () => {
    const text = `[submodule "m"]\n\tpath = m\n\turl = ${url.replaceAll("\\", "\\\\")}\n`;
    const { system, asked } = answering(WINDOWS.system(), (words) => {
      const listing = `100644 blob ${REV} ${text.length}\t.gitmodules\0` +
        `160000 commit ${REV}       -\tm\0`;
      if (words.includes("ls-tree")) return listing;
      return words.includes("--batch") ? `${REV} blob ${text.length}\n${text}\n` : "";
    });
    const fetched = fetchGit(system, {
      ...{ url: "https://example.org/r", rev: REV, hash: null, submodules: true, token: null },
      ...{ cacheDir: CACHE, dest: `${WINDOWS.home}/dest`, signal },
    });
    await assert.rejects(fetched, /it is local/);
    assert.ok(!asked.flat().includes(url));
  });
}
