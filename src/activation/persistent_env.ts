/** Takes variables for the whole session, gives the file that sets them: environment.d for systemd, an agent for
 * launchd. Windows keeps them in its registry (`platform/settings/registry.ts`). */
import { SysError } from "../errors.ts";
import { shellWord } from "../manifest/shell_word.ts";
import type { Plist } from "../platform/plist/plist.ts";
import { writePlist } from "../platform/plist/write.ts";
import { plistPath } from "../platform/services/launchd.ts";
import type { Os } from "../system/host.ts";

/** The agent of launchd that sets the variables. */
const AGENT = "org.syslua.environment";

/** Where, and what is in it. */
export interface SessionFile {
  readonly target: string;
  readonly content: string;
  /** Name of the service whose unit it is: it takes effect when that starts. Without one, at the next login. */
  readonly agent?: string;
}

/** The file for some variables. */
export function persistentEnvironment(
  os: Exclude<Os, "windows">,
  variables: readonly { readonly name: string; readonly value: string }[],
): SessionFile {
  const sorted = [...variables].sort((a, b) => (a.name < b.name ? -1 : 1));
  switch (os) {
    case "linux":
      return {
        target: "~/.config/environment.d/50-syslua.conf",
        content: sorted.map(({ name, value }) => `${name}=${quoteForSystemd(name, value)}\n`).join(
          "",
        ),
      };
    case "darwin":
      return {
        target: plistPath(AGENT, true, "~"),
        content: writePlist(
          new Map<string, Plist>([
            ["Label", AGENT],
            ["ProgramArguments", ["/bin/sh", "-c", sorted.map(setenv).join("\n")]],
            ["RunAtLoad", true],
          ]),
        ),
        agent: AGENT,
      };
  }
}

function setenv({ name, value }: { readonly name: string; readonly value: string }): string {
  return `launchctl setenv ${name} ${shellWord(value)}`;
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
