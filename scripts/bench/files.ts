/** Measures applies of many files: the first, the next with nothing to do, plan, status and history after it; and one
 * with a file that has changed. */
import type { Row } from "./row.ts";
import { type Bench, type Beside, row, type World } from "./support/bench.ts";
import { type FilesPeer, filesPeers } from "./support/files_beside.ts";
import { type Kind, KINDS, plantFiles, writeConfig } from "./support/many_files.ts";

const SIZES = [1_000, 10_000], QUICK = [100];

/** All rows. */
export async function rows(bench: Bench): Promise<Row[]> {
  const found: Row[] = [];
  for (const count of bench.options.quick ? QUICK : SIZES) {
    for (const kind of KINDS) {
      found.push(...await bench.world((world) => many(bench, world, kind, count)));
    }
  }
  return [...found, ...growing(found), ...await bench.world((world) => changed(bench, world))];
}

/** How many times as long ten times as many take. */
function growing(found: readonly Row[]): Row[] {
  return KINDS.flatMap((kind) => {
    const [small, large] = SIZES.map((count) =>
      found.find(({ work }) => work === first(count, kind))
    );
    if (small?.usage === undefined || large?.usage === undefined) return [];
    const [theirs, ours] = [small.usage.ours, large.usage.ours];
    return [
      row({ work: large.work, goal: "≤ 11 ×", beside: whatOf(SIZES[0], kind), ours, theirs }),
    ];
  });
}

function first(count: number, kind: Kind): string {
  return `first apply, ${whatOf(count, kind)}`;
}

function whatOf(count: number, kind: Kind): string {
  return `${count.toLocaleString("en")} ${kind}`;
}

async function many(bench: Bench, world: World, kind: Kind, count: number): Promise<Row[]> {
  plantFiles(world, count);
  writeConfig(world, kind, count);
  const peers = filesPeers(bench, world, kind, count);
  // The last of these applies leaves all there for what follows.
  const begun = await bench.compare(
    first(count, kind),
    world.run(["apply", "."], { before: () => world.clear("root", "home") }),
    peers.map(({ name, first, firstGoal }) => ({ name, run: first, goal: firstGoal })),
    { warmups: 0, budget: 60 },
  );
  return [...begun, ...await later(bench, world, peers, { kind, count })];
}

/** What is asked when all is there. */
async function later(
  bench: Bench,
  world: World,
  peers: readonly FilesPeer[],
  { kind, count }: { readonly kind: Kind; readonly count: number },
): Promise<Row[]> {
  const compare = bench.compare.bind(bench);
  const what = whatOf(count, kind);
  // The goals are those of a thousand; beside other programs they are of ten thousand, too.
  const empty = (goal: string) => floor(bench, world, count > SIZES[0] ? "—" : goal);
  const others = peers.map(({ name, later, laterGoal }) => ({ name, run: later, goal: laterGoal }));
  const status = peers.flatMap(({ name, status }) =>
    status ? [{ name: name.replace("apply", "status"), run: status }] : []
  );
  const apply = world.run(["apply", "."]);
  // Asked for its times, a command does all of it, also where nothing has changed since it last looked.
  const anew = world.run(["apply", ".", "--timings"]);
  const plan = world.run(["plan", "."]);
  const beside = [empty("≤ 1.6 ×"), ...others];
  const noGoal = beside.map((one) => one && { ...one, goal: "—" });
  return [
    ...await compare(`apply, nothing to do, ${what}`, apply, beside, { settle: 3 }),
    ...await compare(`apply, nothing to do, all looked at anew, ${what}`, anew, noGoal),
    ...await compare(`plan, nothing to do, ${what}`, plan, [empty("≤ 1.6 ×")]),
    ...await compare(`status, ${what}`, world.run(["status"]), [empty("≤ 1.5 ×"), ...status]),
    ...await compare(`history, ${what}`, world.run(["history"]), [empty("≤ 1.5 ×")]),
  ];
}

function changed(bench: Bench, world: World): Promise<Row[]> {
  plantFiles(world, 100);
  writeConfig(world, "links", 100);
  world.do(["apply", "."]);
  let changes = 0;
  const change = (path: string) => () =>
    Deno.writeTextFileSync(`${world.config}/${path}`, `change ${++changes}\n`);
  const peers = filesPeers(bench, world, "links", 100)
    .filter(({ name }) => name.startsWith("chezmoi"));
  // The home that the warm-up fills.
  for (const { first } of peers) first.before?.(0);
  return bench.compare(
    "apply, one file changed among 100",
    world.run(["apply", "."], { before: change("files/f1") }),
    [
      floor(bench, world, "≤ 2.5 ×"),
      ...peers.map(({ name, first }) => ({
        name,
        run: { ...first, before: change("tree/d1/f1") },
      })),
    ],
    { runs: 2 * bench.options.runs },
  );
}

function floor(bench: Bench, world: World, goal: string): Beside | null {
  const { empty } = bench.peers;
  return empty === null ? null : { name: "the empty program", goal, run: world.other([empty]) };
}
