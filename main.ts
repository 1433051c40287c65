/** The only file that exits. */
import config from "./deno.json" with { type: "json" };
import { run } from "./src/cli/run.ts";
import { realSystem } from "./src/system/real.ts";
import { RealConsole } from "./src/system/real_console.ts";

Deno.exit(
  await run(Deno.args, {
    system: realSystem(),
    console: new RealConsole(),
    version: config.version,
    stop: (code) => Deno.exit(code),
  }),
);
