import { join } from "node:path/posix";
import { flag, optional, text } from "../../manifest/fields.ts";
import { parseDigest } from "../../digest.ts";
import { fetchGit } from "../../fetch/git/fetch_git.ts";
import { fetching, fileName, nameOf, settleTimes, spareFolder } from "../fetched.ts";
import { operation } from "../operation.ts";

export const fetch_git = operation({
  doc: "A clean tree of a Git repository at a revision.",
  args: {
    url: text("Of the repository."),
    rev: text("Revision: all of its digits."),
    hash: optional(text("Hash of the tree; checked where it is given.")),
  },
  options: {
    submodules: flag("With what its submodules name."),
    name: optional(text("Name of the folder.")),
    auth: optional(text("A token for the server.")),
  },
  returns: ["string", "its path"],
  async perform(context, { url, rev, hash, submodules, name, auth: token }) {
    const dest = join(
      spareFolder(context),
      fileName(name ?? (nameOf(url).replace(/\.git$/, "") || "source")),
    );
    const { system, cacheDir, signal } = context;
    await fetching(context, () =>
      fetchGit(system, {
        url,
        rev,
        hash: hash === null ? null : parseDigest(hash),
        submodules,
        token,
        cacheDir,
        dest,
        signal,
      }));
    settleTimes(system.fs, dest);
    return context.within.seen(dest);
  },
});
