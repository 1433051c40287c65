/** The only file that exits. */
import { run } from "./src/cli/run.ts";
import { realSystem } from "./src/system/real.ts";
import { RealConsole } from "./src/system/real_console.ts";

Deno.exit(
  await run(Deno.args, {
    system: realSystem(),
    console: new RealConsole(),
    stop: (code) => Deno.exit(code),
  }),
);
