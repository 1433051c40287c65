/** The scripts in front of compilers, which make them write down one path in place of the scratch folder's. */
import assert from "node:assert/strict";
import { mapCompilers } from "../../src/realize/compilers.ts";
import { makeFolders } from "../../src/system/folders.ts";
import { inMemory } from "../support/memory.ts";

/** What lies in the folders of programs, in the order of PATH. */
const PROGRAMS = [
  "/usr/local/bin/gcc",
  ...["cc", "gcc", "gcc-12", "gcc-ar", "x86_64-linux-gnu-g++", "gfortran", "c++"].map(inBin),
  ...["clang", "clang++-14", "clang-format", "rustc", "rustdoc", "make"].map(inBin),
];

function inBin(name: string): string {
  return `/usr/bin/${name}`;
}

const MAPPED = "'-ffile-prefix-map=/tmp/it'\\''s=/build'";

const SCRIPTS: Readonly<Record<string, string>> = {
  "c++": `exec '/usr/bin/c++' "$@" ${MAPPED}`,
  cc: `exec '/usr/bin/cc' "$@" ${MAPPED}`,
  clang: `exec '/usr/bin/clang' "$@" ${MAPPED} -Qunused-arguments`,
  "clang++-14": `exec '/usr/bin/clang++-14' "$@" ${MAPPED} -Qunused-arguments`,
  gcc: `exec '/usr/local/bin/gcc' "$@" ${MAPPED}`,
  "gcc-12": `exec '/usr/bin/gcc-12' "$@" ${MAPPED}`,
  gfortran: `exec '/usr/bin/gfortran' "$@" ${MAPPED}`,
  rustc: `exec '/usr/bin/rustc' "$@" --remap-path-prefix '/tmp/it'\\''s=/build'`,
  "x86_64-linux-gnu-g++": `exec '/usr/bin/x86_64-linux-gnu-g++' "$@" ${MAPPED}`,
};

Deno.test("compilers: each is given the flag that it knows, the first on PATH alone, and no other program", () => {
  const { fs } = inMemory();
  for (const folder of ["/usr/local/bin", "/usr/bin"]) makeFolders(fs, folder);
  for (const path of PROGRAMS) fs.create(path, 0o755).close();
  const path = ["/usr/local/bin", "/usr/none", "/usr/bin"];
  mapCompilers({ fs }, { folder: "/made/bin", path, from: "/tmp/it's", to: "/build" });
  const made = fs.readDir("/made/bin").map((name) => {
    assert.equal(fs.lstat(`/made/bin/${name}`)?.mode, 0o755);
    return [name, new TextDecoder().decode(fs.readFile(`/made/bin/${name}`))];
  });
  const expected = Object.entries(SCRIPTS).map(([name, line]) => [name, `#!/bin/sh\n${line}\n`]);
  assert.deepEqual(Object.fromEntries(made), Object.fromEntries(expected));
});

Deno.test("compilers: scripts that are there stay as they are", () => {
  const { fs } = inMemory();
  for (const folder of ["/usr/bin", "/made"]) makeFolders(fs, folder);
  fs.create("/usr/bin/cc", 0o755).close();
  mapCompilers({ fs }, { folder: "/made", path: ["/usr/bin"], from: "/a", to: "/b" });
  assert.deepEqual(fs.readDir("/made"), []);
});
