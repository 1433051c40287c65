/** The only file that exits. */
import config from "./deno.json" with { type: "json" };
import { start } from "./src/cli/start.ts";
import { AGENT } from "./src/system/agent/name.ts";
import { realSystem } from "./src/system/real.ts";
import { RealConsole } from "./src/system/real_console.ts";

if (Deno.args[0] === AGENT) {
  const { serveAsAgent } = await import("./src/system/agent/server.ts");
  serveAsAgent(Deno.args.slice(1));
  Deno.exit(0);
}

/** What tells an executable from every other. */
function identityOf(path: string): string {
  const { dev, ino, size, mtime } = Deno.statSync(path);
  return [path, dev, ino, size, mtime?.getTime()].join(" ");
}

Deno.exit(
  await start(Deno.args, {
    system: realSystem(),
    console: new RealConsole(),
    version: config.version,
    identity: Deno.build.standalone ? identityOf(Deno.execPath()) : null,
    stop: (code) => Deno.exit(code),
  }),
);
