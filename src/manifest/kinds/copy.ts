import { flag, mode, optional, owner, source, target } from "../fields.ts";
import { FILE, kind } from "../kind.ts";
import { shownOrigin } from "../origin.ts";

/** A real file (or, of a folder, the files in it). */
export const copy = kind({
  methods: { copy: { doc: "A real file at `target`, for programs that refuse links." } },
  args: {
    source: source("A file or folder beside the config, or in the output of a derivation.", {
      weighed: true,
    }),
    target: target("Where it goes."),
  },
  options: {
    mode: optional(mode('Permissions as octal digits, `"0600"`; those of the source without it.')),
    owner: owner("`user` or `user:group`; without it the user whose configuration this is."),
    mutable: flag("Written when absent, then yours."),
    force: flag("Replaces what is there without asking; it comes back on rollback."),
  },
  nouns: ["copy", "copies"],
  ...FILE,
  value: ({ source }) => `${shownOrigin(source)} (copied)`,
});
