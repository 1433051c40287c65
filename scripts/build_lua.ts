/** Builds the VM: `scripts/build_lua.ts [--check]`.
 *
 *     lua-5.4.8.tar.gz + src/lua/wasm/lua.patch + src/lua/wasm/*.{c,s} ──clang──▶ src/lua/wasm.generated.ts
 *
 * Needs curl, patch, and of Debian 12 the packages clang-14, lld-14, wasi-libc and libclang-rt-14-dev-wasm32. The
 * same bytes come out on every machine. With `--check` it only says whether the present file is what it would write.
 * `LUA_SOURCE` names an archive that is at hand already. */
import { fromFileUrl } from "../tests/support/paths.ts";
import { hashOf, moduleOf, run, unpackSources, writeOrCheck } from "./wasm.ts";

const SOURCE = "https://www.lua.org/ftp/lua-5.4.8.tar.gz";
const SHA256 = "4f18ddae154e793e46eeab727c59ef1c0c0c2b744e7b94219710d76f530629ae";
const OURS = fromFileUrl(new URL("../src/lua/wasm", import.meta.url));
const GENERATED = fromFileUrl(new URL("../src/lua/wasm.generated.ts", import.meta.url));

const LUA =
  "lapi lcode lctype ldebug ldo ldump lfunc lgc llex lmem lobject lopcodes lparser lstate lstring ltable ltm lundump lvm " +
  "lzio lauxlib lbaselib lcorolib ldblib lmathlib lstrlib ltablib lutf8lib";
const COMPILE = [
  ...["--target=wasm32-wasi", "-O2", "-mexception-handling", "-mbulk-memory"],
  ...["-ftls-model=local-exec", "-ffunction-sections", "-fdata-sections", "-w"],
  // For a declaration that nothing uses.
  "-D_WASI_EMULATED_PROCESS_CLOCKS",
];
const LINK = [
  ...["--target=wasm32-wasi", "-nostartfiles", "-Wl,--no-entry", "-Wl,--gc-sections"],
  ...["-Wl,--strip-all", "-Wl,-z,stack-size=1048576", "-Wl,--max-memory=4294967296"],
];

/** SHA-256 of all that the VM is made from. */
export function sourcesHash(): string {
  return hashOf([SHA256, [...COMPILE, ...LINK].join(" ")], OURS, () => true);
}

/** The generated file, as it should be. Works in a folder that exists and is empty. */
export async function generatedVm(folder: string): Promise<string> {
  await unpackSources({ url: () => SOURCE, sha256: SHA256, variable: "LUA_SOURCE" }, folder);
  await run("patch", ["-s", "-p1", "-d", `${folder}/src`, "-i", `${OURS}/lua.patch`], folder);
  const files = [
    ...LUA.split(" ").map((name) => `src/${name}.c`),
    ...["sys.c", "date.c", "no_system.c", "jump.s"].map((name) => `${OURS}/${name}`),
  ];
  const objects: string[] = [];
  for (const [index, file] of files.entries()) {
    const object = `${index}.o`;
    const headers = file.endsWith(".c") ? ["-include", `${OURS}/lua_config.h`, "-Isrc"] : [];
    await run("clang-14", [...COMPILE, ...headers, "-c", file, "-o", object], folder);
    objects.push(object);
  }
  await run("clang-14", [...LINK, ...objects, "-o", "lua.wasm"], folder);
  return moduleOf({
    script: "build_lua.ts",
    name: "LUA_WASM",
    what: "Lua 5.4",
    sources: sourcesHash(),
    wasm: Deno.readFileSync(`${folder}/lua.wasm`),
  });
}

if (import.meta.main) await writeOrCheck(GENERATED, generatedVm);
