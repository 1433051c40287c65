/** The suites that take long, one after the other: `deno task soak [name…]`. Ends with a line for each. */
import { fromFileUrl } from "../tests/support/paths.ts";

interface Suite {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Why it cannot run here. */
  readonly without?: string | false;
}

const PROJECT = fromFileUrl(new URL("..", import.meta.url));
const SYS = `${PROJECT}/dist/sys`;
const compiled = await Deno.stat(SYS).then(() => true, () => false);
const scratch = await Deno.makeTempDir({ prefix: "sys-soak-" });

const has = (program: string) =>
  new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" }).output()
    .then(({ success }) => success);

const SUITES: readonly Suite[] = [
  {
    name: "kills",
    argv: ["deno", "test", "-A", "--filter", "killed 500", "tests/stories/killed_test.ts"],
    env: { SYSLUA_KILLS: "500", SYS_UNDER_TEST: SYS },
    without: !compiled && "there is no dist/sys: `deno task compile` makes it",
  },
  {
    name: "deaths",
    argv: ["deno", "test", "-A", "tests/journeys/killed_test.ts"],
    env: { SYSLUA_EVERY: "1" },
  },
  {
    name: "worlds",
    argv: ["deno", "test", "-A", "--filter", "dies at any moment", "tests/stories/worlds_test.ts"],
    env: { SYSLUA_KILLS: "200" },
  },
  {
    name: "worlds' disks",
    argv: [
      "deno",
      "test",
      "-A",
      ...["crash", "power_cut"].map((it) => `tests/activation/${it}_test.ts`),
    ],
    env: { SYSLUA_EVERY: "1" },
  },
  {
    name: "damages",
    argv: ["deno", "test", "-A", "tests/stories/damaged_test.ts"],
    env: { SYSLUA_EVERY: "1" },
  },
  {
    name: "full disk",
    argv: ["deno", "test", "-A", "tests/stories/full_disk_test.ts"],
    env: { SYSLUA_EVERY: "1", SYS_UNDER_TEST: SYS },
    without: !compiled && "there is no dist/sys: `deno task compile` makes it",
  },
  {
    name: "bare",
    argv: ["scripts/bare", `${scratch}/bare`],
    without: Deno.uid() !== 0 && "it needs root",
  },
  {
    name: "languages",
    argv: ["deno", "test", "-A", "tests/stories/build_languages_test.ts"],
    env: { SYSLUA_TEST_LANGUAGES: "1" },
  },
  {
    // Go builds it from its module in some minutes, with more packages than the rest of the tests need together.
    name: "sops",
    argv: [
      "sh",
      "-c",
      "go install github.com/getsops/sops/v3/cmd/sops@v3.13.3 && deno test -A tests/secrets/sops_test.ts",
    ],
    env: {
      GOBIN: `${scratch}/bin`,
      GOPATH: `${scratch}/go`,
      GOFLAGS: "-modcacherw",
      SYSLUA_TEST_SOPS: `${scratch}/bin/sops`,
    },
    without: !(await has("go")) && "there is no go",
  },
  { name: "toolbox", argv: ["deno", "task", "toolbox"] },
  { name: "mutants", argv: ["deno", "task", "mutate"] },
  // Twice at once: no test may depend on how fast the machine is.
  { name: "loaded", argv: ["sh", "-c", "deno task test & deno task test && wait $!"] },
];

const results: string[] = [];
let failed = false;
for (const { name, argv: [program, ...args], env, without } of SUITES) {
  if (Deno.args.length > 0 && !Deno.args.includes(name)) continue;
  if (without) {
    results.push(`${name}: skipped, ${without}`);
    continue;
  }
  console.log(`\n== ${name}`);
  const { success } = await new Deno.Command(program, { args, env, cwd: PROJECT, stdin: "null" })
    .spawn().status;
  if (!success) failed = true;
  results.push(`${name}: ${success ? "passed" : "failed"}`);
}
await Deno.remove(scratch, { recursive: true });
console.log(`\n${results.join("\n")}`);
Deno.exit(failed ? 1 : 0);
