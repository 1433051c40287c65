import { basename } from "node:path/posix";
import { text } from "../../manifest/fields.ts";
import { parseDigest } from "../../digest.ts";
import { fetchNpm } from "../../fetch/npm/npm.ts";
import { fetching, pinned, place, progress } from "../fetched.ts";
import { operation } from "../operation.ts";

export const fetch_npm = operation({
  doc: "A package's tarball from the npm registry.",
  args: {
    name: text("`left-pad`, `@scope/name`."),
    version: text("Exactly one: `1.3.0`."),
    integrity: text("`sha512-…`, as the registry and lock files have it."),
  },
  returns: ["string", "its path"],
  async perform(context, { name, version, integrity }) {
    const digest = parseDigest(pinned(name, integrity));
    const { system, cacheDir, signal } = context;
    const file = await fetching(
      context,
      () =>
        fetchNpm(system, cacheDir, {
          name,
          version,
          digest,
          onProgress: progress(context),
          signal,
        }),
    );
    const path = place(context, file, `${basename(name)}-${version}.tgz`, false);
    return context.within.seen(path);
  },
});
