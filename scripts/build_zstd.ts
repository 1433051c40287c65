/** Builds the decoder of zstd: `scripts/build_zstd.ts [--check]`.
 *
 *     libzstd_1.5.7+dfsg.orig.tar.xz + src/fetch/unpack/zstd/zstd.c ──clang──▶ src/fetch/unpack/zstd/decoder.generated.ts
 *
 * Needs curl, and of Debian 12 the packages clang-14, lld-14, wasi-libc, libclang-rt-14-dev-wasm32 and xz-utils. The same
 * bytes come out on every machine. With `--check` it only says whether the present file is what it would write.
 * `ZSTD_SOURCE` names an archive that is at hand already. */
import { fromFileUrl } from "../tests/support/paths.ts";
import { ask } from "./bench/support/shell.ts";
import { hashOf, moduleOf, run, unpackSources, writeOrCheck } from "./wasm.ts";

/** Debian 13's, in the pool of every mirror of Debian. */
const SOURCE = "pool/main/libz/libzstd/libzstd_1.5.7+dfsg.orig.tar.xz";
const SHA256 = "0c092ef267edce57ba7f3f2645c861f72eaf5e76273c6c3632869423464b90a5";
const PROJECT = fromFileUrl(new URL("..", import.meta.url));
const OURS = fromFileUrl(new URL("../src/fetch/unpack/zstd", import.meta.url));
const GENERATED = `${OURS}/decoder.generated.ts`;

const FILES = [
  ...["entropy_common", "error_private", "fse_decompress", "xxhash", "zstd_common"]
    .map((name) => `lib/common/${name}.c`),
  ...["huf_decompress", "zstd_ddict", "zstd_decompress", "zstd_decompress_block"]
    .map((name) => `lib/decompress/${name}.c`),
];
const COMPILE = [
  ...["--target=wasm32-wasi", "-O3", "-mbulk-memory", "-msimd128", "-DNDEBUG", "-w"],
  ...["-Ilib", "-Ilib/common", "-ffunction-sections", "-fdata-sections"],
  ...["-DZSTD_LEGACY_SUPPORT=0", "-DZSTD_DISABLE_ASM=1", "-DZSTD_STRIP_ERROR_STRINGS=1"],
  // The other way prefetches, which WebAssembly has no instruction for.
  "-DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT=1",
];
const LINK = [
  ...["-nostartfiles", "-Wl,--no-entry", "-Wl,--gc-sections", "-Wl,--strip-all"],
  // A window of 128 MiB, and what is little beside it.
  ...["-Wl,-z,stack-size=65536", "-Wl,--max-memory=167772160"],
];

/** SHA-256 of all that the decoder is made from. */
export function sourcesHash(): string {
  const options = [...COMPILE, ...LINK, ...FILES].join(" ");
  return hashOf([SHA256, options], OURS, (name) => name.endsWith(".c"));
}

/** The generated file, as it should be. Works in a folder that exists and is empty. */
export async function generatedDecoder(folder: string): Promise<string> {
  const mirror = () => ask(`"${PROJECT}/scripts/debian_mirror"`);
  const url = () => `${mirror().replace(/\/$/, "")}/${SOURCE}`;
  await unpackSources({ url, sha256: SHA256, variable: "ZSTD_SOURCE" }, folder);
  const output = ["-o", "zstd.wasm"];
  await run("clang-14", [...COMPILE, ...LINK, ...FILES, `${OURS}/zstd.c`, ...output], folder);
  return moduleOf({
    script: "build_zstd.ts",
    name: "ZSTD_WASM",
    what: "The decoder of zstd 1.5.7",
    sources: sourcesHash(),
    wasm: Deno.readFileSync(`${folder}/zstd.wasm`),
  });
}

if (import.meta.main) await writeOrCheck(GENERATED, generatedDecoder);
