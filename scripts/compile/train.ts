/** Runs the commands that people give most, and writes down what V8 has made of the script for them: `<its file>`. It is
 * compiled as `sys` is, since that fits only the same V8 with the same settings. It is started in the folder of a
 * config; the environment names all places. */
import vm from "node:vm";
import { runCommand, script, source } from "./load.ts";

const COMMANDS = [["apply", "."], ["apply", "."], ["plan", "."], ["status"], ["history"]];

for (const [n, args] of COMMANDS.entries()) {
  Deno.writeTextFileSync("file", `${n}\n`);
  const code = await runCommand(args, { identity: "", key: String(args), stop() {} });
  if (code !== 0) Deno.exit(1);
}
const cachedData = script.createCachedData();
Deno.writeFileSync(Deno.args[0], cachedData);
const { cachedDataRejected } = new vm.Script(source, { cachedData });
if (cachedDataRejected) console.error("V8 does not take what it gave");
Deno.exit(cachedDataRejected ? 1 : 0);
