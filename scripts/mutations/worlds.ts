/** What a build finds. */
import type { Mutation } from "./mutation.ts";

const WORLD = "tests/realize/world_test.ts";

export const WORLDS: readonly Mutation[] = [
  {
    name: "in the sandbox the scratch folder is where it lies",
    file: "src/realize/workplace.ts",
    find: "seen: mounts ? SEEN : { tmp, fetched },",
    replace: "seen: { tmp, fetched },",
    test: WORLD,
  },
  {
    name: "compilers write down where the scratch folder lies",
    file: "src/realize/run.ts",
    find: "  if (build.compilers !== null) mapCompilers(system, build.compilers);\n",
    replace: "  void mapCompilers;\n",
    test: WORLD,
  },
  {
    name: "absolute links of a build are followed outside of it",
    file: "src/realize/confine.ts",
    find: "const outside = this.outside(next);",
    replace: "const outside = next;",
    test: WORLD,
  },
  {
    name: "pkg-config finds what this host has",
    file: "src/realize/environment.ts",
    find: "...(host ? {} :",
    replace: "...(host || !host ? {} :",
    test: WORLD,
  },
  {
    name: "a download keeps its build's place among those that run",
    file: "src/realize/fetched.ts",
    find: "return slot.without(() => downloads.run(signal, action));",
    replace: "return (void slot, downloads.run(signal, action));",
    test: WORLD,
  },
  {
    name: "builds at a time are not counted",
    file: "src/realize/build.ts",
    find:
      "  return shared.works.run(\n    shared.signal,\n    (slot) => buildNow({ ...shared, slot }, derivation, inputs),\n  );",
    replace:
      "  return buildNow({ ...shared, slot: { without: (go) => go() } }, derivation, inputs);",
    test: WORLD,
  },
  {
    name: "copies have the time at which they are made",
    file: "src/realize/files.ts",
    find: "return Math.max(mtime, SOURCE_DATE_EPOCH);",
    replace: "return Math.max(mtime, SOURCE_DATE_EPOCH, Math.floor(Date.now() / 1000));",
    test: WORLD,
  },
  {
    name: "what is unpacked has the time at which it is",
    file: "src/fetch/unpack/destination.ts",
    find: "if (this.#mtime !== null) this.#handle.utime(this.#mtime);",
    replace: "void this.#mtime;",
    test: "tests/fetch/unpack/unpack_test.ts",
  },
  {
    name: "seals of xz by SHA-256 are not compared",
    file: "src/fetch/unpack/xz_sha256.ts",
    find: "if (!this.#hash.digest().equals(block.seal)) throw",
    replace: "if (this.#hash.digest().length === 0) throw",
    test: "tests/fetch/unpack/unpack_test.ts",
    filter: "SHA-256",
  },
  {
    name: "tools are in the order of their hashes",
    file: "src/lua/stdlib/derive.lua",
    find: "data.derivations, data.sources = in_order(data, state), S.sorted_keys(state.sources)",
    replace:
      "data.derivations, data.sources = S.sorted_keys(state.derivations), S.sorted_keys(state.sources)",
    test: "tests/config/recipes_test.ts",
    filter: "declared",
  },
  {
    name: "a letter behind a path hides whose path it is",
    file: "src/lua/stdlib/order.lua",
    find: '("[0-9a-z]"):rep(32)',
    replace: '"[0-9a-z]+"',
    test: "tests/config/recipes_test.ts",
    filter: "letter",
  },
  {
    name: "the user's umask decides what builds give",
    file: "src/realize/run.ts",
    find: "    umask: UMASK,\n",
    replace: "",
    test: "tests/realize/ops_test.ts",
    filter: "umask",
  },
  {
    name: "files of fetch_git have the order in which they were written",
    file: "src/realize/ops/fetch_git.ts",
    find: "    settleTimes(system.fs, dest);",
    replace: "",
    test: "tests/realize/fetch_ops_test.ts",
    filter: "one time",
  },
  {
    name: "jobs that a command has died with are gone",
    file: "src/realize/jobserver.ts",
    find: "if (--this.#users === 0) this.#close();",
    replace: "",
    test: WORLD,
    filter: "died with",
  },
  {
    name: "clang warns of the flag that it is given",
    file: "src/realize/compilers.ts",
    find: " -Qunused-arguments",
    replace: "",
    test: "tests/realize/compilers_test.ts",
  },
  {
    name: "what the runtime has open counts as left open by others",
    file: "src/system/inherited_files.ts",
    find: "(parseInt(flags, 8) & CLOSED_ON_START) === 0",
    replace: "true",
    test: "tests/system/inherited_files_test.ts",
  },
  {
    name: "the umask is set where it is the same already",
    file: "src/system/umask.ts",
    find: "  if (umask === own) return action();\n",
    replace: "",
    test: "tests/system/umask_test.ts",
  },
];
