import { folder, whole } from "../fields.ts";
import { kind } from "../kind.ts";

/** A folder whose entries join the profile. */
export const profile = kind({
  methods: {
    add_to_path: {
      doc:
        "Programs (and manual pages, completions beside them) of a `bin` folder join the profile, which is on PATH.",
    },
  },
  args: { dir: folder("The `bin` folder of an output, or one beside the config.") },
  options: {
    priority: whole("Who wins when two have a program of the same name: the lowest number.", {
      default: 100,
    }),
  },
  nouns: ["profile", "profiles"],
  name: () => "packages on PATH",
  line: ({ dir }) => dir,
});
