/** Measures what a shell's start-up file pays for `env.sh`. */
import type { Row } from "./row.ts";
import { type Bench, row, type World } from "./support/bench.ts";

/** How a shell reads a start-up file and nothing else. */
const SHELLS: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ["sh", []],
  ["bash", ["--norc"]],
  ["zsh", ["-f"]],
];

const CONFIG = `return { setup = function()
  env { EDITOR = "vim", PAGER = "less", LANG = "C.UTF-8", PATH = { "~/bin", "~/.local/bin" } }
  for n = 1, 20 do env { ["VARIABLE_" .. n] = "value " .. n } end
  activate { name = "aliases", config = function(_, ctx)
    for n = 1, 10 do
      ctx.source_in_shell("alias a" .. n .. "='ls -" .. n .. "'\\n", { shells = { "bash", "zsh" } })
    end
  end }
end }
`;

/** All rows; a shell that is not there is left out. */
export function rows(bench: Bench): Promise<Row[]> {
  return bench.world(async (world) => {
    world.write("config/init.lua", CONFIG);
    world.do(["apply", "."]);
    const env = `${world.env.SYSLUA_ROOT}/env.sh`;
    world.write("rc", `[ ! -r ${env} ] || . ${env}\n`);
    world.write("empty", "");
    const found: Row[] = [];
    for (const [name, flags] of SHELLS) {
      const program = bench.peers.program(name);
      if (program === null) continue;
      const start = (rc: string) => world.other([program, ...flags, `${world.folder}/${rc}`]);
      console.error(`bench: ${name} with env.sh`);
      const turns = { runs: 20 * bench.options.runs, warmups: 3 };
      const others = [start("empty"), ...miseIn(bench, world, name) ? [start(`mise.${name}`)] : []];
      const [ours, empty, mise] = await bench.inTurn([start("rc"), ...others], turns);
      const work = `${name} starts, with 23 variables in env.sh`;
      found.push(row({ work, goal: "≤ 1 ms more", beside: "an empty file", ours, theirs: empty }));
      if (mise) found.push(row({ work, goal: "—", beside: "mise activate", ours, theirs: mise }));
    }
    return found;
  });
}

/** Writes the start-up file that mise wants; says whether there is one for this shell. */
function miseIn({ peers }: Bench, world: World, shell: string): boolean {
  if (shell === "sh" || peers.mise === null) return false;
  world.write(`mise.${shell}`, `eval "$(${peers.mise} activate ${shell})"\n`);
  return true;
}
