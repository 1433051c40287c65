/** Measures how much memory is taken at most, by what might grow with a file's size or with the number of files. */
import { createHash } from "node:crypto";
import type { Row } from "./row.ts";
import type { Bench, World } from "./support/bench.ts";
import { plantObjects } from "./support/many_objects.ts";
import type { Contestant } from "./support/measure.ts";
import { shell } from "./support/shell.ts";

const GOAL = "≤ 200 MiB";

/** Archives, and what makes them of a folder's content. */
const ARCHIVES: readonly (readonly [kind: string, program: string, pack: string])[] = [
  ["tar", "tar", "tar cf $0 *"],
  ["tar.gz", "gzip", "tar cf - * | gzip -1 > $0"],
  ["tar.bz2", "bzip2", "tar cf - * | bzip2 -1 > $0"],
  ["tar.xz", "xz", "tar cf - * | xz -0 > $0"],
  ["tar.zst", "zstd", "tar cf - * | zstd -q > $0"],
  ["zip", "zip", "zip -q -1 $0 *"],
];

/** Builds whose memory might grow with what they handle; `size` is in bytes. */
const BUILDS: Readonly<Record<string, string>> = {
  "a build that prints lines":
    `ctx.run("yes 'a line of some length' | head -c " .. size, { capture = false })`,
  "a build that prints one line":
    `ctx.run("head -c " .. size .. " /dev/zero | tr '\\\\0' x", { capture = false })`,
  "ctx.substitute in a file": `ctx.run("yes 'a line of @some@ length' | head -c " .. size .. " > f")
      ctx.substitute("f", { ["@some@"] = "no" })`,
  "storing a file": `ctx.run("head -c " .. size .. " /dev/zero > " .. ctx.out)`,
};

/** All rows. With `--large` files have 200 MiB, and the store has 100,000 objects. */
export function rows(bench: Bench): Promise<Row[]> {
  return bench.world(async (world) => {
    const mebibytes = bench.options.large ? 200 : 40;
    return [
      ...await archives(bench, world, mebibytes),
      ...await builds(bench, world, mebibytes),
      ...await objects(bench, world, bench.options.large ? 100_000 : 10_000),
    ];
  });
}

async function archives(bench: Bench, world: World, mebibytes: number): Promise<Row[]> {
  const tree = `${world.folder}/tree`;
  Deno.mkdirSync(tree);
  // What does not repeat within a window of any of the formats.
  shell(`seq -w ${Math.round(mebibytes * 2 ** 20 / 2 / 9)} > ${tree}/numbers`);
  shell(`cp ${tree}/numbers ${tree}/again`);
  const found: Row[] = [];
  for (const [kind, program, pack] of ARCHIVES) {
    if (bench.peers.program(program) === null) continue;
    const archive = `${world.folder}/archive.${kind}`;
    shell(`cd ${tree} && exec sh -c '${pack}' ${archive}`);
    const hash = createHash("sha256").update(Deno.readFileSync(archive)).digest("hex");
    const steps = `ctx.unpack(ctx.fetch_url("file://${archive}", "${hash}"), ctx.out)`;
    found.push(await peak(bench, `unpack a ${kind} of ${mebibytes} MiB`, build(world, steps)));
    Deno.removeSync(archive);
  }
  return found;
}

async function builds(bench: Bench, world: World, mebibytes: number): Promise<Row[]> {
  const found: Row[] = [];
  for (const [name, steps] of Object.entries(BUILDS)) {
    const size = `local size = ${mebibytes * 2 ** 20}\n`;
    found.push(await peak(bench, `${name}, ${mebibytes} MiB`, build(world, size + steps)));
  }
  return found;
}

async function objects(bench: Bench, world: World, count: number): Promise<Row[]> {
  world.clear("root");
  plantObjects(world.env.SYSLUA_ROOT, count);
  const all = `${count.toLocaleString("en")} objects`;
  // None of them was made by a build, so none is what its name says.
  const verify = world.run(["store", "verify", "--quiet"], { codes: [0, 1] });
  return [
    await peak(bench, `store ls, ${all}`, world.run(["store", "ls"])),
    await peak(bench, `store verify, ${all}`, verify),
    await peak(bench, `gc of ${all}`, world.run(["gc", "--quiet"])),
  ];
}

/** A build of some steps, in a new root. */
function build(world: World, steps: string): Contestant {
  world.clear("root");
  world.write(
    "build/init.lua",
    `return { setup = function()
  derive { name = "work", config = function(_, ctx)
    ${steps}
    if not ctx.exists(ctx.out) then ctx.write(ctx.out, "") end
  end }
end }
`,
  );
  return world.run(["build", "--quiet", "--config", `${world.folder}/build`, "work"]);
}

/** The peak of one run: what is done a second time is less. */
async function peak(bench: Bench, work: string, contestant: Contestant): Promise<Row> {
  console.error(`bench: ${work}`);
  const [usage] = await bench.inTurn([contestant], { runs: 1, warmups: 0 });
  return {
    work,
    goal: GOAL,
    ours: usage.peak,
    theirs: 0,
    beside: "",
    unit: "MiB",
    usage: { ours: usage },
  };
}
