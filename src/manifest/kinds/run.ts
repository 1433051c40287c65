import { choice, optional, text, texts } from "../fields.ts";
import { kind } from "../kind.ts";

const words = (command: string | readonly string[]) =>
  typeof command === "string" ? command : command.join(" ");

/** A command, for what nothing else does. */
export const run = kind({
  methods: { run: { doc: "Runs a command, for what nothing else does." } },
  args: { command: texts("A line for the shell, or a program with its arguments.") },
  options: {
    check: optional(text("Exit code 0 means: already done.")),
    undo: optional(text("Undoes it.")),
    on: choice("When it runs: when it is new or changed, or on every apply.", [
      "change",
      "always",
    ], { default: "change" }),
  },
  nouns: ["command", "commands"],
  name: ({ command }) => `run ${words(command)}`.split("\n")[0].slice(0, 60),
  line: ({ command }) => words(command),
});
