/** The features of which docs/platforms.md tells, each with the tests that show it. */

export interface Feature {
  readonly name: string;
  /** Test files, or folders that end with a slash, below tests/. */
  readonly tests: readonly string[];
  /** Systems that do not have it, and why. */
  readonly absent?: Readonly<Partial<Record<"linux" | "darwin" | "windows", string>>>;
}

export const FEATURES: readonly Feature[] = [
  { name: "evaluating configs", tests: ["config/", "lua/", "manifest/", "inputs/"] },
  { name: "the file system", tests: ["system/"] },
  { name: "the store", tests: ["store/"] },
  { name: "downloads and archives", tests: ["fetch/"] },
  { name: "building", tests: ["realize/"] },
  { name: "plans", tests: ["plan/"] },
  { name: "files, links, folders put in place, and undone", tests: ["activation/"] },
  { name: "kills and power cuts", tests: ["journeys/killed_test.ts", "activation/crash_test.ts"] },
  { name: "history and rollback", tests: ["snapshot/", "journeys/"] },
  { name: "places, services, settings, accounts", tests: ["platform/", "machine/"] },
  {
    name: "environment and shells",
    tests: ["activation/shell_test.ts", "activation/rc_line_test.ts"],
  },
  { name: "commands as people type them", tests: ["stories/", "cli/", "recall/"] },
];
