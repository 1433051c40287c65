/** Takes variables for the whole session, gives the file that sets them: environment.d for systemd, an agent for
 * launchd. Windows keeps them in its registry (`platform/settings/registry.ts`). */
import { SysError } from "../errors.ts";
import { shellWord } from "../manifest/shell_word.ts";
import { plist } from "../platform/services/launchd.ts";
import type { Os } from "../system/host.ts";

/** Where, and what is in it. Takes effect at the next login. */
export function persistentEnvironment(
  os: Exclude<Os, "windows">,
  variables: readonly { readonly name: string; readonly value: string }[],
): { readonly target: string; readonly content: string } {
  const sorted = [...variables].sort((a, b) => (a.name < b.name ? -1 : 1));
  switch (os) {
    case "linux":
      return {
        target: "~/.config/environment.d/50-syslua.conf",
        content: sorted.map(({ name, value }) => `${name}=${quoteForSystemd(name, value)}\n`).join(
          "",
        ),
      };
    case "darwin": {
      const commands = sorted.map(({ name, value }) =>
        `launchctl setenv ${name} ${shellWord(value)}`
      );
      return {
        target: "~/Library/LaunchAgents/org.syslua.environment.plist",
        content: plist({
          Label: "org.syslua.environment",
          ProgramArguments: ["/bin/sh", "-c", commands.join("\n")],
          RunAtLoad: true,
        }),
      };
    }
  }
}

/** In double quotes, where backslash, quote, dollar and backtick are escaped (environment.d(5)). */
function quoteForSystemd(name: string, value: string): string {
  if (value.includes("\n")) {
    throw new SysError(
      "config",
      `Cannot set ${name} for the session: its value has several lines`,
      {
        hint: "`env` takes any text",
      },
    );
  }
  return `"${value.replace(/[\\"$`]/g, "\\$&")}"`;
}
