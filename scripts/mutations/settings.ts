/** What makes settings the right ones, and somebody's. */
import type { Mutation } from "./mutation.ts";

const BIND = "tests/activation/bind_test.ts";

export const SETTINGS: readonly Mutation[] = [
  {
    name: "every setting is root's",
    file: "src/activation/binder.ts",
    find: "machine ? {} : this.account()",
    replace: "{}",
    test: BIND,
  },
  {
    name: "users come before their groups",
    file: "src/activation/binder.ts",
    find: ".sort((a, b) => a.rank - b.rank)",
    replace: "",
    test: BIND,
  },
  {
    name: "fields of users do not converge",
    file: "src/manifest/kinds/user.ts",
    find: ".filter(([, value]) => value !== null)",
    replace: ".filter(() => false)",
    test: BIND,
  },
  {
    name: "groups of users are dropped",
    file: "src/manifest/kinds/user.ts",
    find: "(groups ?? [])",
    replace: "([] as string[])",
    test: BIND,
  },
  {
    name: "a user's settings are given as root",
    file: "src/platform/settings/settings.ts",
    find: "account ? become(account, { argv, env }) : { argv, env }",
    replace: "{ argv, env }",
    test: "tests/platform/macos/defaults_test.ts",
  },
  {
    name: "programs are looked for on PATH only",
    file: "src/platform/settings/settings.ts",
    find: ":/usr/sbin:/sbin`",
    replace: "`",
    test: "tests/platform/settings_test.ts",
  },
  {
    name: "apt does not wait for its lock",
    file: "src/platform/settings/host_packages.ts",
    find: "DPkg::Lock::Timeout=600",
    replace: "X=1",
    test: "tests/platform/settings_test.ts",
  },
  {
    name: "root's managers are tried without root",
    file: "src/platform/settings/host_manager.ts",
    find: "root && !world.host.elevated",
    replace: "false",
    test: "tests/platform/settings_test.ts",
  },
  {
    name: "settings go in the order in which they came",
    file: "src/plan/settings.ts",
    find: "removed.reverse()",
    replace: "removed",
    test: "tests/plan/settings_test.ts",
  },
  {
    name: "a package manager is run for each package",
    file: "src/plan/settings.ts",
    find: "last?.setting === setting && last",
    replace: "false && last",
    test: "tests/plan/settings_test.ts",
  },
  {
    name: "what is skipped is done",
    file: "src/plan/settings.ts",
    find: "same || skipped !== undefined",
    replace: "same",
    test: "tests/plan/settings_test.ts",
  },
  {
    name: "what is skipped is not told",
    file: "src/cli/render/plan.ts",
    find: "if (skipped.length > 0)",
    replace: "if (false)",
    test: "tests/cli/plan_text_test.ts",
  },
];
