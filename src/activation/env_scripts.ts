/** Takes an environment, gives the env scripts of all shells by their names. */
import type { Os } from "../system/host.ts";
import type { Environment } from "./shell/environment.ts";
import { fishScript } from "./shell/fish.ts";
import { nushellScript } from "./shell/nushell.ts";
import { posixScript } from "./shell/posix.ts";
import { powershellScript } from "./shell/powershell.ts";

/** `env.sh`, `env.fish`, `env.ps1`, `env.nu`; none for an environment that does nothing. */
export function envScripts(environment: Environment, os: Os): Readonly<Record<string, string>> {
  const { variables, scripts, profile } = environment;
  if (variables.length === 0 && scripts.length === 0 && profile === null) return {};
  return {
    "env.sh": posixScript(environment),
    "env.fish": fishScript(environment),
    "env.ps1": powershellScript(environment, os === "windows"),
    "env.nu": nushellScript(environment),
  };
}
