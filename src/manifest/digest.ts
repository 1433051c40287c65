/** Takes a Manifest, gives its digest: equal manifests, equal digests, whatever order their keys are in. */
import { type Digest, sha256, toDigest } from "../digest.ts";
import { canonicalJson } from "./canonical.ts";
import type { Manifest } from "./types.ts";

export function manifestDigest(manifest: Manifest): Digest {
  return toDigest("sha256", sha256(canonicalJson(manifest)));
}
