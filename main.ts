/** The only file that exits. */
import config from "./deno.json" with { type: "json" };
import { start } from "./src/cli/start.ts";
import { AGENT } from "./src/system/agent/name.ts";
import { identityOf } from "./src/system/identity.ts";
import { realSystem } from "./src/system/real.ts";
import { RealConsole } from "./src/system/real_console.ts";

if (Deno.args[0] === AGENT) {
  const { serveAsAgent } = await import("./program.ts");
  await serveAsAgent(Deno.args.slice(1));
  Deno.exit(0);
}

const identity = Deno.build.standalone ? identityOf(Deno.execPath()) : null;
const stop = (code: number) => Deno.exit(code);

Deno.exit(
  await start(Deno.args, {
    system: realSystem(),
    console: new RealConsole(),
    version: config.version,
    identity,
    stop,
  }, async (args, key) => {
    const { runCommand } = await import("./program.ts");
    return await runCommand(args, { identity, key, stop });
  }),
);
