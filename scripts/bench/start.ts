/** Measures what every command costs before it does anything. */
import type { Row } from "./row.ts";
import type { Bench, Beside } from "./support/bench.ts";

/** All rows. */
export function rows(bench: Bench): Promise<Row[]> {
  const { empty, mise, chezmoi } = bench.peers;
  return bench.world(async (world) => {
    world.write("config/init.lua", "return { setup = function() end }\n");
    const beside = (goal: string, others: boolean): (Beside | null)[] => [
      empty === null ? null : { name: "the empty program", goal, run: world.other([empty]) },
      mise === null || !others
        ? null
        : { name: "mise --version", run: world.other([mise, "--version"]) },
      chezmoi === null || !others
        ? null
        : { name: "chezmoi --version", run: world.other([chezmoi, "--version"]) },
    ];
    const turns = { runs: 3 * bench.options.runs };
    return [
      ...await bench.compare(
        "`sys version`",
        world.run(["version"]),
        beside("≤ 1.15 ×", true),
        turns,
      ),
      ...await bench.compare(
        "`sys --help`",
        world.run(["--help"]),
        beside("≤ 1.15 ×", false),
        turns,
      ),
      ...await bench.compare(
        "`sys apply --help`",
        world.run(["apply", "--help"]),
        beside("≤ 1.3 ×", false),
        turns,
      ),
      ...await bench.compare(
        "`sys history`, nothing applied yet",
        world.run(["history"]),
        beside("≤ 1.3 ×", false),
        turns,
      ),
    ];
  });
}
