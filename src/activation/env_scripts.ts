/** Takes an environment, gives the env scripts of all shells by their names. */
import type { Os } from "../system/host.ts";
import { cmdScript } from "./shell/cmd.ts";
import { type Environment, nativeEnvironment } from "./shell/environment.ts";
import { fishScript } from "./shell/fish.ts";
import { nushellScript } from "./shell/nushell.ts";
import { posixScript } from "./shell/posix.ts";
import { powershellScript } from "./shell/powershell.ts";

/** `env.sh`, `env.fish`, `env.ps1`, `env.nu`, on Windows `env.cmd`; none for an environment that does nothing. On Windows
 * the first two are Git Bash's, whose paths are `/c/…`. */
export function envScripts(environment: Environment, os: Os): Readonly<Record<string, string>> {
  const { variables, scripts, profile } = environment;
  if (variables.length === 0 && scripts.length === 0 && profile === null) return {};
  const native = nativeEnvironment(environment, os);
  return {
    "env.sh": posixScript(environment),
    "env.fish": fishScript(environment),
    "env.ps1": powershellScript(native),
    "env.nu": nushellScript(native),
    ...os === "windows" ? { "env.cmd": cmdScript(native) } : {},
  };
}
