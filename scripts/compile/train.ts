/** Runs the commands that people give most, and writes down what V8 has made of the scripts for them, in the folder that
 * `TRAINED` names. It is compiled as `sys` is, since that fits only the same V8 with the same settings. It is started
 * in the folder of a config, as `apply .`; the environment names all places. */
import vm from "node:vm";
import { type Scripted, scripted } from "./scripted.ts";
import type { runCommand as RunCommand } from "../../program.ts";

const { exit } = Deno;
const COMMANDS = [["apply", "."], ["apply", "."], ["plan", "."], ["status"], ["history"]];

const program = scripted("program");
const { runCommand } = await program.run() as { runCommand: typeof RunCommand };
for (const [n, args] of COMMANDS.entries()) {
  Deno.writeTextFileSync("file", `${n}\n`);
  check(
    await runCommand(args, { identity: "", key: String(args), stop() {} }) === 0,
    args.join(" "),
  );
}
write("program", program);

const main = scripted("main");
// The first is remembered only where nothing has just changed; the second says the same again.
await new Promise((resolve) => setTimeout(resolve, 3000));
for (let n = 0; n < 2; n++) check(await exitCode(main) === 0, "main");
write("main", main);
exit(0);

/** Runs `main.ts`, which exits. */
function exitCode(main: Scripted): Promise<number> {
  return new Promise((resolve, reject) => {
    const ended = (code = 0) => {
      resolve(code);
      // Nothing comes after it.
      throw ended;
    };
    Object.defineProperty(Deno, "exit", { value: ended, configurable: true });
    main.run().catch((thrown) => thrown === ended || reject(thrown));
  });
}

function write(name: string, { source, script }: Scripted): void {
  const cachedData = script.createCachedData();
  Deno.writeFileSync(`${Deno.env.get("TRAINED")}/${name}.cache`, cachedData);
  check(!new vm.Script(source, { cachedData }).cachedDataRejected, "V8 with what it gave");
}

function check(done: boolean, what: string): void {
  if (done) return;
  console.error(`train: ${what} failed`);
  exit(1);
}
