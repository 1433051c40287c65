import { SysError } from "../../errors.ts";
import { flag, map, number, optional, text, texts } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";
import { run as runCommand } from "../run.ts";

export const run = operation({
  doc: "Runs a command, and throws with its last lines when it fails.",
  args: { cmd: texts("A line for the shell, or a program with its arguments.") },
  options: {
    cwd: text("Where it starts; relative to `ctx.tmp`.", { default: "." }),
    env: map("Beside `ctx.env`, over which it wins.", { default: {} }),
    shell: optional(text("Another shell than `/bin/sh -e`.")),
    stdin: optional(text("What it reads.")),
    timeout: optional(number("Seconds.")),
    check: flag("With `false`, a failure does not throw.", true),
    capture: flag(
      "With `false`, what it prints goes into the build log only; else 16 MiB may be printed.",
      true,
    ),
  },
  context: { environment: map("`ctx.env`.") },
  returns: ["string", "what it wrote to stdout"],
  async perform(context, { cwd, cmd, env, environment, ...how }) {
    const { within } = context;
    if (how.timeout !== null && how.timeout <= 0) {
      throw new SysError(
        "build",
        `Cannot run: \`timeout\` is ${how.timeout}, not a number of seconds`,
      );
    }
    within.readable("run in", cwd);
    return await runCommand(context, {
      command: cmd,
      // As it was named: in a sandbox only that path exists, not where links outside of it lead.
      cwd: within.absolute(cwd),
      env: { ...environment, ...env },
      ...how,
    });
  },
});
