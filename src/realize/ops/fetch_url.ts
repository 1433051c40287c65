import { join } from "node:path/posix";
import { data, flag, map, optional, text, texts } from "../../manifest/fields.ts";
import { parseDigest } from "../../digest.ts";
import { download } from "../../fetch/http/download.ts";
import { parseAuth } from "../../fetch/http/credentials.ts";
import { unpack as unpackArchive } from "../../fetch/unpack/unpack.ts";
import { fetching, fileName, nameOf, pinned, place, progress, spareFolder } from "../fetched.ts";
import { operation } from "../operation.ts";

export const fetch_url = operation({
  doc: "Downloads a file and checks it.",
  args: {
    url: texts("Several are mirrors of each other."),
    hash: text("`sha256-…`, `sha512-…`, 64 hex digits, or Nix's base32."),
  },
  options: {
    name: optional(text("Name of the file.")),
    headers: map("Sent with the request.", { default: {} }),
    auth: optional(data("`env:NAME`: the variable with a token for the server.")),
    executable: flag("It can be run."),
    unpack: flag("It is an archive, and what is in it is wanted."),
  },
  returns: ["string", "its path"],
  async perform(context, { url, hash, headers, auth, executable, unpack, ...given }) {
    const urls = typeof url === "string" ? [url] : url;
    const digest = parseDigest(pinned(urls[0], hash));
    const name = fileName(given.name ?? nameOf(urls[0]));
    const { system, cacheDir, signal, within } = context;
    const file = await fetching(context, () =>
      download(system, cacheDir, {
        urls,
        digest,
        headers,
        auth: auth === null ? undefined : parseAuth(auth),
        signal,
        onProgress: progress(context),
      }));
    const path = place(context, file, name, executable);
    if (!unpack) return within.seen(path);
    const dest = join(spareFolder(context), name.replace(/(\.[A-Za-z0-9]{1,4}){1,2}$/, "") || name);
    return within.seen(await unpackArchive(system, { archive: path, dest, signal }));
  },
});
