/** Writes docs/platforms.md from what has been recorded: `deno task platforms`.
 *
 *     deno task test --record   ──▶ docs/platforms/ran.json ──▶ docs/platforms.md
 */
import { fromFileUrl } from "../tests/support/paths.ts";
import { type Feature, FEATURES } from "./platforms/features.ts";
import { type FileRun, readRuns, type Run, type Runs, type World } from "./platforms/ran.ts";

const PAGE = fromFileUrl(new URL("../docs/platforms.md", import.meta.url));
const HEAD = fromFileUrl(new URL("../docs/platforms/head.md", import.meta.url));
const REAL = fromFileUrl(new URL("../tests/real", import.meta.url));

const SYSTEMS = [
  { os: "linux", title: "Linux", world: undefined },
  { os: "darwin", title: "macOS", world: "macOS" },
  { os: "windows", title: "Windows", world: "windows" },
] as const;

/** The page: features by system, then the questions that only the systems themselves answer. */
export function platformsPage(runs: Runs): string {
  return [
    Deno.readTextFileSync(HEAD).trimEnd(),
    "",
    ...ranOn(runs),
    "",
    `| feature | ${SYSTEMS.map(({ title }) => title).join(" | ")} |`,
    "| --- | --- | --- | --- |",
    ...FEATURES.map((feature) => row(feature, runs)),
    "",
    ...questions(runs),
    "",
  ].join("\n");
}

function ranOn(runs: Runs): string[] {
  const lines = SYSTEMS.flatMap(({ os, title }) => {
    const run = runs[os];
    return run === undefined
      ? []
      : [`- ${title}: ${run.machine}, ${run.date}, ${total(run)} tests.`];
  });
  return ["Recorded runs:", "", ...lines];
}

function total({ files }: Run): number {
  return sum(Object.values(files), ({ passed }) => passed);
}

function row(feature: Feature, runs: Runs): string {
  return `| ${feature.name} | ${
    SYSTEMS.map(({ os, world }) => state(feature, os, world, runs)).join(
      " | ",
    )
  } |`;
}

/** `ran on …, when`, `desk check only`, or `not there`. */
function state(feature: Feature, os: string, world: World | undefined, runs: Runs): string {
  const run = runs[os];
  const here = run === undefined ? [] : filesOf(feature, run);
  const passed = sum(here, ({ passed }) => passed);
  if (run !== undefined && passed > 0) return `ran: ${passed} tests`;
  if (world === undefined) return "not there";
  if (feature.pure) return "desk check only: it knows no system";
  const simulated = sum(
    Object.values(runs).flatMap((run) => filesOf(feature, run)),
    (file) => file[world] ?? 0,
  );
  return simulated > 0 ? `desk check only: ${simulated} tests` : "not there";
}

function filesOf({ tests }: Feature, { files }: Run): FileRun[] {
  return Object.entries(files).flatMap(([path, file]) => {
    const below = path.replace(/^tests\//, "");
    return tests.some((test) => test.endsWith("/") ? below.startsWith(test) : below === test)
      ? [file]
      : [];
  });
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** Each question of tests/real/, and whether its system has answered. */
function questions(runs: Runs): string[] {
  const lines = SYSTEMS.flatMap(({ os, title, world }) => {
    if (world === undefined) return [];
    return askingFiles(os).flatMap((file) => {
      const answered = runs[os]?.files[`tests/real/${file}`] !== undefined;
      return Array.from(
        Deno.readTextFileSync(`${REAL}/${file}`).matchAll(/\bquestion\(\s*"([^"]+)"/g),
        ([, text]) => `| ${title} | ${text} | ${answered ? `yes, ${runs[os].date}` : "open"} |`,
      );
    });
  });
  return [
    "## Open questions",
    "",
    "What the worlds take as a fact, and `tests/real/` asks the system itself.",
    "",
    "| system | is it so that | |",
    "| --- | --- | --- |",
    ...lines,
  ];
}

/** Names of the files that ask a system, in the order of the page. */
function askingFiles(os: string): string[] {
  const names = Array.from(Deno.readDirSync(REAL), ({ name }) => name);
  return names.filter((name) => name.startsWith(`${os}_`)).sort().reverse();
}

if (import.meta.main) Deno.writeTextFileSync(PAGE, platformsPage(readRuns()));
