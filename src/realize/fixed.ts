/** Takes an output whose hash is asked for, gives the error that tells it. */
import { toDigest } from "../digest.ts";
import { SysError } from "../errors.ts";
import { ZEROES } from "../store/names.ts";
import { identify } from "../store/identity.ts";
import type { ReadFs } from "../system/mod.ts";

/** The content hash of what lies at a scratch path, as an error; its own path counts as zeroes in it. */
export function rightHash(fs: ReadFs, scratch: string): SysError {
  const stem = scratch.slice(scratch.lastIndexOf("/") + 1, -33);
  const own = { stem, from: scratch.slice(-32), to: ZEROES };
  const root = scratch.slice(0, scratch.lastIndexOf("/store/tmp/"));
  const digest = toDigest("sha256", identify(fs, scratch, { root, replacements: [own] }).digest);
  return new SysError("build", `it has no hash; the right one is ${digest}`, {
    hint: `write "${digest}" in place of the empty one`,
  });
}
