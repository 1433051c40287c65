/** The features of which docs/platforms.md tells, each with the tests that show it. */

export interface Feature {
  readonly name: string;
  /** Test files, or folders that end with a slash, below tests/. */
  readonly tests: readonly string[];
  /** Nothing of it knows the system that it runs on. */
  readonly pure?: true;
}

export const FEATURES: readonly Feature[] = [
  { name: "evaluating configs", tests: ["config/", "lua/", "manifest/", "inputs/"], pure: true },
  { name: "the file system", tests: ["system/"] },
  { name: "the store", tests: ["store/"] },
  { name: "downloads and archives", tests: ["fetch/"] },
  { name: "building", tests: ["realize/", "journeys/windows_test.ts"] },
  { name: "plans", tests: ["plan/"], pure: true },
  { name: "files, links, folders put in place, and undone", tests: ["activation/"] },
  { name: "kills and power cuts", tests: ["journeys/killed_test.ts", "activation/crash_test.ts"] },
  { name: "history and rollback", tests: ["snapshot/", "journeys/"] },
  { name: "places, services, settings, accounts", tests: ["platform/", "machine/"] },
  {
    name: "environment and shells",
    tests: ["shell", "rc_line", "windows_shell", "mac_environment"].map((it) =>
      `activation/${it}_test.ts`
    ),
  },
  { name: "commands as people type them", tests: ["stories/", "cli/", "recall/"] },
];
