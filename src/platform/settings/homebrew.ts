/** Takes where Homebrew is, gives command lines that ask nothing. Pure. */
import type { SettingCommand } from "./provider.ts";

/** Its prefixes: on Apple silicon, on Intel (and under Rosetta), on Linux. Login shells may have none on their PATH. */
export const BREW: readonly string[] = [
  "/opt/homebrew/bin/brew",
  "/usr/local/bin/brew",
  "/home/linuxbrew/.linuxbrew/bin/brew",
];

/** `NONINTERACTIVE`: neither questions nor a password (sudo) are waited for. The rest: it does what it is told, and
 * nothing else that takes minutes. */
const VARIABLES = [
  "NONINTERACTIVE=1",
  "HOMEBREW_NO_AUTO_UPDATE=1",
  "HOMEBREW_NO_INSTALL_UPGRADE=1",
  "HOMEBREW_NO_INSTALL_CLEANUP=1",
  "HOMEBREW_NO_ENV_HINTS=1",
];

/** A command of `brew` by its absolute path; sudo would take variables away that are set outside. */
export function brewCommand(program: string, { argv, ...rest }: SettingCommand): SettingCommand {
  return { ...rest, argv: ["/usr/bin/env", ...VARIABLES, program, ...argv.slice(1)] };
}
