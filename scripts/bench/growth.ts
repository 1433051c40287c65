/** Measures how times grow: with files, with derivations, with snapshots. */
import { buildOf } from "./derivations.ts";
import type { Bench } from "./support/bench.ts";
import { exponent, type Point } from "./support/fit.ts";
import { type Kind, KINDS, plantFor, writeConfig } from "./support/many_files.ts";
import type { Contestant } from "./support/measure.ts";
import type { Section } from "./support/page.ts";
import { type Plot, svg } from "./support/plot.ts";
import { recordMore } from "./support/snapshots.ts";
import { time } from "./support/table.ts";

const SIZES = {
  files: [1_000, 10_000, 100_000],
  derivations: [10, 30, 100, 300, 1_000],
  snapshots: [1, 10, 100, 1_000],
};
const QUICK: typeof SIZES = { files: [10, 100], derivations: [1, 10], snapshots: [1, 3] };
/** Targets of each of those snapshots. */
const TARGETS = 1_000;

/** What grows; what takes longest is the last. */
export const SUBJECTS = ["derivations", "snapshots", "files"] as const;
export type Subject = typeof SUBJECTS[number];

/** A plot with the name of its picture. */
interface Named extends Plot {
  readonly name: string;
}

/** Measures one of them: its tables, with the pictures. Takes minutes. */
export async function growthOf(bench: Bench, subject: Subject): Promise<Omit<Section, "name">> {
  const plots = await { files, derivations, snapshots }[subject](bench);
  const parts = plots.map((plot) =>
    `![${plot.title}](performance/${plot.name}.svg)\n\n${table(plot)}`
  );
  return {
    text: parts.join("\n\n"),
    data: plots.map(({ name, across, curves }) => ({ name, across, curves })),
    pictures: Object.fromEntries(plots.map((plot) => [plot.name, svg(plot)])),
  };
}

function sizesOf({ options }: Bench): typeof SIZES {
  return options.quick ? QUICK : SIZES;
}

/** What of the first apply and those after it is drawn, as kinds of lines. */
const WHATS = ["first apply", "all looked at anew", "nothing to do"] as const;

/** Sizes that are not begun in the minutes of the bench are left out, for all kinds. */
async function files(bench: Bench): Promise<Named[]> {
  const curves = KINDS.flatMap((kind, colour) =>
    WHATS.map((what, line) => ({
      name: `${what}, ${kind}`,
      points: [] as Point[],
      style: { colour, line },
    }))
  );
  for (const [index, count] of sizesOf(bench).files.entries()) {
    if (index > 0 && bench.over) break;
    const found = [];
    for (const kind of KINDS) found.push(...await filesPoints(bench, kind, count));
    for (const [n, point] of found.entries()) curves[n].points.push(point);
  }
  const title = "Time by number of files";
  return [{ name: "files", title, across: "files", label: time, curves }];
}

/** Of each of `WHATS`. */
function filesPoints(bench: Bench, kind: Kind, count: number): Promise<Point[]> {
  return bench.world(async (world) => {
    console.error(`bench: growth, ${count} ${kind}`);
    plantFor(world, kind, count);
    writeConfig(world, kind, count);
    const before = () => world.clear("root", "home");
    return [
      { count, ...await wall(bench, world.run(["apply", "."], { before }), 0) },
      { count, ...await wall(bench, world.run(["apply", ".", "--timings"]), 0) },
      { count, ...await wall(bench, world.run(["apply", "."]), 1) },
    ];
  });
}

async function derivations(bench: Bench): Promise<Named[]> {
  const curves = [];
  for (const shape of ["fan", "chain"] as const) {
    const points: Point[] = [];
    for (const count of sizesOf(bench).derivations) {
      await bench.world(async (world) => {
        console.error(`bench: growth, ${count} derivations in a ${shape}`);
        points.push({ count, ...await wall(bench, buildOf(world, shape, count), 0) });
      });
    }
    curves.push({ name: `in a ${shape}`, points });
  }
  const title = "Time by number of trivial derivations";
  return [{ name: "derivations", title, across: "derivations", label: time, curves }];
}

async function snapshots(bench: Bench): Promise<Named[]> {
  const found: Record<"history" | "nothing to do" | "on disk", Point[]> = {
    "history": [],
    "nothing to do": [],
    "on disk": [],
  };
  await bench.world(async (world) => {
    plantFor(world, "links", TARGETS);
    writeConfig(world, "links", TARGETS);
    world.do(["apply", "."]);
    for (const count of sizesOf(bench).snapshots) {
      console.error(`bench: growth, ${count} snapshots`);
      const root = world.env.SYSLUA_ROOT;
      const value = recordMore(root, count);
      found["on disk"].push({ count, value });
      found.history.push({ count, ...await wall(bench, world.run(["history"]), 1) });
      found["nothing to do"].push({
        count,
        ...await wall(bench, world.run(["apply", "."]), 1),
      });
    }
  });
  const across = `snapshots of ${TARGETS.toLocaleString("en")} targets`;
  const curve = (name: keyof typeof found) => ({ name, points: found[name] });
  return [
    {
      name: "snapshots",
      title: "Time by number of snapshots",
      across,
      label: time,
      curves: [curve("history"), curve("nothing to do")],
    },
    {
      name: "snapshots-on-disk",
      title: "Size by number of snapshots",
      across,
      label: (bytes) =>
        bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(0)} MB`,
      curves: [curve("on disk")],
    },
  ];
}

/** Seconds that a command takes, and that a program takes which does nothing, in turn with it: what grows is what
 * comes on top. */
async function wall(bench: Bench, contestant: Contestant, warmups: number) {
  const settle = warmups > 0 ? 3 : 0;
  const { empty } = bench.peers;
  const others = empty === null ? [] : [{ argv: [empty] }];
  const turns = { runs: 3, warmups, budget: 20, settle };
  const [ours, nothing] = await bench.inTurn([contestant, ...others], turns);
  return { value: ours.wall, floor: nothing?.wall ?? 0 };
}

/** Seconds below which nothing can be told from the floor. */
const LEAST = 0.001;

/** The figures of a subject, and the exponents. */
function table({ across, label, curves }: Plot): string {
  const counts = [...new Set(curves.flatMap(({ points }) => points.map(({ count }) => count)))];
  const head = [across, ...counts.map((count) => count.toLocaleString("en")), "exponent"];
  const lines = curves.map(({ name, points }) => {
    const above = points.map(({ count, value, floor = 0 }) => ({
      count,
      value: floor > 0 ? Math.max(value - floor, LEAST) : value,
    }));
    const power = exponent(above);
    return [name, ...points.map(({ value }) => label(value)), power?.toFixed(2) ?? "—"];
  });
  return [head, head.map(() => "---"), ...lines].map((line) => `| ${line.join(" | ")} |`).join(
    "\n",
  );
}
