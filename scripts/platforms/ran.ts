/** What has run where: for each operating system the last recorded run of the tests, as `docs/platforms/ran.json`. */
import { fromFileUrl } from "../../tests/support/paths.ts";

/** Systems of which tests tell in worlds like them: `windows: …`, `macOS: …`. */
export const WORLDS = ["macOS", "windows"] as const;
export type World = typeof WORLDS[number];

/** Of one test file: how many tests passed, and how many of these in a world like another system. */
export interface FileRun {
  readonly passed: number;
  readonly macOS?: number;
  readonly windows?: number;
}

/** One run. */
export interface Run {
  /** `Debian GNU/Linux 12, x86_64`. */
  readonly machine: string;
  /** `2026-11-21`. */
  readonly date: string;
  /** Test file below the project → what of it passed. */
  readonly files: Readonly<Record<string, FileRun>>;
}

/** `linux`, `darwin`, `windows` → the last run there. */
export type Runs = Readonly<Record<string, Run>>;

const PATH = fromFileUrl(new URL("../../docs/platforms/ran.json", import.meta.url));
const PASSED = /^\.?\/?(\S+_test\.ts) => (.*) \.\.\. ok \(/gm;

/** What a run of `deno test` printed (without colours) → its files. */
export function filesOf(output: string): Record<string, FileRun> {
  const files = new Map<string, { passed: number; macOS: number; windows: number }>();
  for (const [, path, name] of output.replaceAll("\\", "/").matchAll(PASSED)) {
    const file = files.get(path) ?? { passed: 0, macOS: 0, windows: 0 };
    files.set(path, file);
    file.passed++;
    for (const world of WORLDS) {
      if (new RegExp(`^${world}\\b[^:]*: `).test(name)) file[world]++;
    }
  }
  return Object.fromEntries(
    [...files].sort(([a], [b]) => a < b ? -1 : 1).map(([path, { passed, macOS, windows }]) => [
      path,
      { passed, ...(macOS > 0 ? { macOS } : {}), ...(windows > 0 ? { windows } : {}) },
    ]),
  );
}

export function readRuns(): Runs {
  return JSON.parse(Deno.readTextFileSync(PATH));
}

/** Puts a run of this system in the place of its last one. */
export function record(output: string): void {
  const run: Run = {
    machine: machine(),
    date: new Date().toISOString().slice(0, 10),
    files: filesOf(output),
  };
  const runs = { ...readRuns(), [Deno.build.os]: run };
  Deno.writeTextFileSync(PATH, JSON.stringify(runs, null, 1) + "\n");
}

function machine(): string {
  const { arch, os } = Deno.build;
  if (os !== "linux") {
    return `${os === "darwin" ? "macOS" : "Windows"} ${Deno.osRelease()}, ${arch}`;
  }
  const text = Deno.readTextFileSync("/etc/os-release");
  const name = /^PRETTY_NAME="?([^"\n(]*)/m.exec(text)?.[1].trim() ?? "Linux";
  return `${name}, ${arch}`;
}
