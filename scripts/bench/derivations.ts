/** Measures builds that do next to nothing: what a derivation costs by itself. */
import type { Row } from "./row.ts";
import { type Bench, row, type World } from "./support/bench.ts";
import type { Contestant } from "./support/measure.ts";

const FAN = 1_000, CHAIN = 300;
/** Seconds that one may take. */
const EACH = 0.002;

/** A fan: one derivation that needs COUNT others. A chain: each needs the one before. `RUN` makes all of them new. */
export function configOf(shape: "fan" | "chain", count: number): string {
  const uses = shape === "fan" ? "" : "before = above,";
  return `return { setup = function()
  local run, above, all = syslua.getenv("RUN", "0"), nil, {}
  for n = 1, ${count} do
    above = derive {
      name = "n" .. n, opts = { run = run, n = n, ${uses} },
      config = function(opts, ctx) ctx.write(ctx.out, opts.run .. " " .. opts.n .. "\\n") end,
    }
    all[n] = above
  end
  derive {
    name = "all", opts = { ${shape === "fan" ? "all = all" : "above = above"} },
    config = function(_, ctx) ctx.write(ctx.out, run .. "\\n") end,
  }
end }
`;
}

/** A build of all of it, in a new root each time. */
export function buildOf(world: World, shape: "fan" | "chain", count: number): Contestant {
  const folder = `${shape}${count}`;
  world.write(`${folder}/init.lua`, configOf(shape, count));
  return world.run(["build", "--quiet", "--config", ".", "all"], {
    cwd: `${world.folder}/${folder}`,
    before: () => world.clear("root"),
  });
}

/** All rows. */
export function rows(bench: Bench): Promise<Row[]> {
  const [fanned, chained] = bench.options.quick ? [50, 20] : [FAN, CHAIN];
  return bench.world(async (world) => {
    const fan = await bench.compare(
      `${fanned.toLocaleString("en")} derivations in a fan`,
      buildOf(world, "fan", fanned),
      [nixBeside(bench, world, fanned)],
      { warmups: 0 },
    );
    console.error(`bench: ${chained} derivations in a chain`);
    const [chain, flat] = await bench.inTurn([
      buildOf(world, "chain", chained),
      buildOf(world, "fan", chained),
    ], { warmups: 0 });
    const work = `${chained} derivations in a chain`;
    return [
      ...fan.map((one) => ({ ...one, goal: one.theirs > 0 ? "≤ 1 ×" : "—" })),
      row({
        work: fan[0].work,
        goal: `≤ ${fanned * EACH} s`,
        beside: "",
        ours: fan[0].usage!.ours,
      }),
      row({ work, goal: `≤ ${chained * EACH} s`, beside: "", ours: chain }),
      row({ work, goal: "≤ 1.5 ×", beside: `${chained} in a fan`, ours: chain, theirs: flat }),
    ];
  });
}

/** As many derivations without any library, each of which starts a shell; without Nix's own sandbox, which wants a
 * daemon or a user of its own. */
function nixBeside(bench: Bench, world: World, count: number) {
  const program = bench.peers.program("nix-build");
  if (program === null) return null;
  const one = (n: string) =>
    `derivation { name = "n\${toString ${n}}"; system = builtins.currentSystem; ` +
    `builder = "/bin/sh"; args = [ "-c" "echo \${toString ${n}} > $out" ]; }`;
  world.write("fan.nix", `builtins.genList (n: ${one("n")}) ${count}\n`);
  const options = ["--no-out-link", "--option", "sandbox", "false", "--option"];
  const rest = ["build-users-group", "", "--option", "substituters", "", `${world.folder}/fan.nix`];
  const env = {
    ...world.env,
    NIX_STATE_DIR: `${world.folder}/nix/state`,
    NIX_STORE_DIR: `${world.folder}/nix/store`,
  };
  return {
    name: "nix-build",
    run: {
      ...world.other([program, ...options, ...rest], { env }),
      before: () => world.clear("nix"),
    },
  };
}
