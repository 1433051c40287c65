import { choicesOf, script } from "../fields.ts";
import { kind } from "../kind.ts";

/** A script that the env scripts source. */
export const shell = kind({
  methods: { source_in_shell: { doc: "Shells source a script when they start." } },
  args: {
    script: script("A path (in an output, or `./x.sh` beside the config), or the text itself."),
  },
  options: {
    shells: choicesOf("Which shells; `sh`, `bash` and `zsh` without it.", [
      "sh",
      "bash",
      "zsh",
      "fish",
      "powershell",
      "nushell",
      "cmd",
    ]),
  },
  nouns: ["env script", "env scripts"],
  name: () => "shell script",
});
