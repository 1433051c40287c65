/** Measures what a long history costs: on the disk, when it is listed, when all of it is read. */
import type { Row } from "./row.ts";
import type { Bench } from "./support/bench.ts";
import { plantFor, writeConfig } from "./support/many_files.ts";
import { recordMore } from "./support/snapshots.ts";

const SNAPSHOTS = 1_000, TARGETS = 10_000;

/** All rows. */
export function rows(bench: Bench): Promise<Row[]> {
  const [snapshots, targets] = bench.options.quick ? [10, 100] : [SNAPSHOTS, TARGETS];
  return bench.world(async (world) => {
    plantFor(world, "links", targets);
    writeConfig(world, "links", targets);
    world.do(["apply", "."]);
    const what = `${snapshots.toLocaleString("en")} snapshots of ${
      targets.toLocaleString("en")
    } targets`;
    console.error(`bench: ${what}`);
    const one = recordMore(world.env.SYSLUA_ROOT, 1);
    const all = recordMore(world.env.SYSLUA_ROOT, snapshots);
    const { empty } = bench.peers;
    const floor = (goal: string) => [
      empty === null ? null : { name: "the empty program", goal, run: world.other([empty]) },
    ];
    const history = await bench.compare(
      `history, ${what}`,
      world.run(["history"]),
      floor("≤ 1.5 ×"),
      { settle: 3 },
    );
    const collect = await bench.compare(
      `gc --dry-run, ${what}`,
      world.run(["gc", "--dry-run"]),
      floor("—"),
    );
    const size = { unit: "MiB", ours: all / 2 ** 20, theirs: one / 2 ** 20 } as const;
    return [
      { work: `${what}, on the disk`, goal: "≤ 100 MiB", beside: "one such snapshot", ...size },
      ...history,
      ...collect,
    ];
  });
}
