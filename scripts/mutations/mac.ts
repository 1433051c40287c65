/** What makes macOS as it was. */
import type { Mutation } from "./mutation.ts";

const LAUNCHD = "tests/platform/macos/launchd_test.ts";
const DEFAULTS = "tests/platform/macos/defaults_test.ts";
const SEATBELT = "tests/realize/sandbox/seatbelt_test.ts";
const SIGNATURE = "tests/store/signature/signature_test.ts";

export const MAC: readonly Mutation[] = [
  {
    name: "root's home is the one that HOME says",
    file: "src/system/home.ts",
    find: "if (uid !== 0) return",
    replace: "if (named !== undefined) return",
    test: "tests/system/accounts_test.ts",
  },
  {
    name: "only files list users",
    file: "src/platform/accounts.ts",
    find: "?? host.accounts.user(who)",
    replace: "",
    test: "tests/machine/accounts_test.ts",
  },
  {
    name: "an original loses the type of its number",
    file: "src/plan/settings.ts",
    find: "{ value, exact = value }: ObservedSetting): Json {\n  return exact;",
    replace: "{ value }: ObservedSetting): Json {\n  return value;",
    test: DEFAULTS,
  },
  {
    name: "to delete what is not there is an error",
    file: "src/platform/settings/kinds/defaults.ts",
    find: "if (wanted === undefined && found === undefined) return;",
    replace: "",
    test: DEFAULTS,
  },
  {
    name: "another user's defaults are looked for in root's session",
    file: "src/platform/platform.ts",
    find: "...inSession(numberOf(account.name)), ",
    replace: "",
    test: DEFAULTS,
  },
  {
    name: "nobody waits until a service has ended",
    file: "src/platform/services/launchd_manager.ts",
    find: "await isLoaded(world, target); looks++",
    replace: "false; looks++",
    test: LAUNCHD,
  },
  {
    name: "what was disabled stays so",
    file: "src/platform/services/launchd_manager.ts",
    find: "await must(world, service, launchctl.enable(target));",
    replace: "",
    test: LAUNCHD,
  },
  {
    name: "an agent that was disabled comes back enabled",
    file: "src/plan/deferred.ts",
    find: '...(before === "disabled" ? { disable: true } : {}),',
    replace: "",
    test: "tests/journeys/mac_test.ts",
  },
  {
    name: "bootstrapping is tried once",
    file: "src/platform/services/launchd_manager.ts",
    find: "!STILL_BUSY.has(finished.code) || looks >= TRIES",
    replace: "true",
    test: LAUNCHD,
  },
  {
    name: "agents run only where there is a screen",
    file: "src/platform/services/launchd_manager.ts",
    find: "hasScreen ? screen : userDomain(uid)",
    replace: "hasScreen ? screen : screen",
    test: LAUNCHD,
  },
  {
    name: "what is loaded is taken to run",
    file: "src/platform/services/launchd.ts",
    find: "return unit !== null && !isKept",
    replace: "return true || !isKept",
    test: LAUNCHD,
  },
  {
    name: "the agent of session variables is a link",
    file: "src/activation/binder.ts",
    find: "this.path(target, pending ? link : file, null, details);",
    replace: "this.path(target, file ? link : file, null, details);",
    test: "tests/activation/bind_test.ts",
  },
  {
    name: "root runs Homebrew",
    file: "src/platform/settings/host_manager.ts",
    find: "world: world.as(owner), program",
    replace: "world, program",
    test: "tests/platform/macos/homebrew_test.ts",
  },
  {
    name: "all outputs are open to a build",
    file: "src/realize/sandbox/seatbelt.ts",
    find: "const own = [...places(writable), ...outputs];",
    replace: "const own = [...places(writable), ...outputs.map(dirname)];",
    test: SEATBELT,
  },
  {
    name: "the sandbox is given paths with links",
    file: "src/realize/sandbox/seatbelt.ts",
    find: "outputs: containment.outputs.map(resolve),",
    replace: "",
    test: SEATBELT,
  },
  {
    name: "a program that names itself keeps its old signature",
    file: "src/store/rewrite.ts",
    find: "const signed = new SignedTree(fs, replacements),",
    replace: "const signed = new SignedTree(fs, []),",
    test: SIGNATURE,
  },
  {
    name: "a signature is part of the name",
    file: "src/store/identity.ts",
    find: "how.replacements.length === 0 ? tree",
    replace: "how.replacements.length >= 0 ? tree",
    test: SIGNATURE,
  },
  {
    name: "a signature that was wrong is made right",
    file: "src/store/signature/renewed.ts",
    find: "return isRight && is !== null",
    replace: "return (isRight || true) && is !== null",
    test: SIGNATURE,
  },
  {
    name: "a volume without F_FULLFSYNC can't be used",
    file: "src/system/unflushable.ts",
    find: '["ENOTSUP", "EOPNOTSUPP", "EINVAL", "ENOTTY", "ENOSYS"]',
    replace: "[] as string[]",
    test: "tests/system/mac_volumes_test.ts",
  },
  {
    name: "a flush that failed is none",
    file: "src/system/unflushable.ts",
    find: 'if (typeof code !== "string" || !CANNOT_FLUSH.has(code)) throw thrown;',
    replace: "",
    test: "tests/system/mac_volumes_test.ts",
  },
  {
    name: "a domain that can't be read is taken for empty",
    file: "src/platform/settings/kinds/defaults.ts",
    find: 'return said.includes("does not exist") ? new Map()',
    replace: "return true ? new Map()",
    test: DEFAULTS,
  },
  {
    name: "the user's service of that name runs on beside ours",
    file: "src/plan/deferred.ts",
    find: 'if (originals[original] === true) stop.push(step("stop", service));',
    replace: "",
    test: "tests/plan/services_test.ts",
  },
];
