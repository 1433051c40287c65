import { flag, source, target } from "../fields.ts";
import { FILE, kind } from "../kind.ts";
import { shownOrigin } from "../origin.ts";

/** A link at `target` to the store, or to a live path when `mutable`. */
export const link = kind({
  methods: { symlink: { doc: "A link at `target`." } },
  args: {
    source: source("A file beside the config, or in the output of a derivation.", {
      weighed: true,
      live: "mutable",
    }),
    target: target("Where it goes: `~/.vimrc`, `/etc/motd`."),
  },
  options: {
    mutable: flag("A link to the file itself instead of the store's copy."),
    force: flag("Replaces what is there without asking; it comes back on rollback."),
  },
  nouns: ["link", "links"],
  ...FILE,
  value: ({ source }) => shownOrigin(source),
});
