/** Runs the commands that people give most, and writes down what V8 has made of the scripts for them, in the folder that
 * `TRAINED` names. It is compiled as `sys` is, since that fits only the same V8 with the same settings. It is started
 * in the folder of a config, first as `apply .`, then as `status`; the environment names all places. */
import v8 from "node:v8";
import vm from "node:vm";
import { cacheOf, PROGRAM, type Scripted, scripted } from "./scripted.ts";
import type { runCommand as RunCommand } from "../../program.ts";

const { exit } = Deno;

// What has not been called for a while is forgotten else.
v8.setFlagsFromString("--no-flush-bytecode");

/** The time stands still, and later than anything was changed: commands tell what was changed just now from what is
 * older, and what takes long from what does not. What they call is to be the same each time. */
const time = Date.now() + 3_600_000;
globalThis.Date = class extends Date {
  constructor(...given: [] | [number]) {
    super(...(given.length === 0 ? [time] : given) as [number]);
  }
} as DateConstructor;
performance.now = () => 0;

/** By the byte code that serves them. */
const COMMANDS: Readonly<Record<string, readonly string[][]>> = {
  changing: [["apply", "."], ["apply", "."], ["plan", "."]],
  looking: [["status"], ["history"]],
};

const cache = cacheOf(Deno.args);
const program = scripted(PROGRAM, cache);
const { runCommand } = await program.run() as { runCommand: typeof RunCommand };
for (const [n, args] of COMMANDS[cache].entries()) {
  // Of another size: nobody can tell two changes within a second.
  Deno.writeTextFileSync("file", "file\n".repeat(n + 1));
  const code = await runCommand(args, { identity: "", key: String(args), stop() {} });
  check(code === 0, args.join(" "));
}
write(cache, program);

if (cache === "changing") {
  const main = scripted("main");
  // The first is remembered, the second says the same again.
  for (let n = 0; n < 2; n++) check(await exitCode(main) === 0, "main");
  write("main", main);
}
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
