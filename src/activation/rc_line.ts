/** Takes the text of a shell's rc file, gives it with or without the line that sources the env script. */
import { quotePowershell } from "../manifest/powershell.ts";
import { shellWord } from "../manifest/shell_word.ts";
import type { Os } from "../system/host.ts";
import { quoteFish } from "./shell/fish.ts";
import { quoteNushell } from "./shell/nushell.ts";

/** Shells that `sys init` can set up. */
export type ShellName = "sh" | "bash" | "zsh" | "fish" | "powershell" | "nushell";

/** Ends the line, so that it is found again whatever else it says. */
const MARK = "# added by sys.lua";

/** The line for a shell, without its newline. It does nothing where the env script is not there. */
export function rcLine(shell: ShellName, root: string): string {
  const script = (name: string) => `${root}/${name}`;
  switch (shell) {
    case "sh":
    case "bash":
    case "zsh": {
      const path = shellWord(script("env.sh"));
      return `if [ -r ${path} ]; then . ${path}; fi ${MARK}`;
    }
    case "fish": {
      const path = quoteFish(script("env.fish"));
      return `test -r ${path}; and source ${path} ${MARK}`;
    }
    case "powershell": {
      const path = quotePowershell(script("env.ps1"));
      return `if (Test-Path ${path}) { . ${path} } ${MARK}`;
    }
    case "nushell": {
      // What \`source\` names is looked for while Nushell parses; it takes null for nothing.
      const path = quoteNushell(script("env.nu"));
      return `source (if (${path} | path exists) { ${path} } else { null }) ${MARK}`;
    }
  }
}

/** Whether the line is there. */
export function hasRcLine(rc: string): boolean {
  return rc.split("\n").some(isOurs);
}

/** The text with the line at its end, once. An older line of sys.lua's is replaced where it is. */
export function addRcLine(rc: string, shell: ShellName, root: string): string {
  const line = rcLine(shell, root);
  if (hasRcLine(rc)) {
    const lines = rc.split("\n");
    const first = lines.findIndex(isOurs);
    return lines.flatMap((one, n) => n === first ? [line] : isOurs(one) ? [] : [one]).join("\n");
  }
  const start = rc === "" || rc.endsWith("\n") ? rc : `${rc}\n`;
  return `${start}${line}\n`;
}

/** The text without the line; everything else stays byte for byte. */
export function removeRcLine(rc: string): string {
  if (!hasRcLine(rc)) return rc;
  return rc.split("\n").filter((line) => !isOurs(line)).join("\n");
}

function isOurs(line: string): boolean {
  return line.trimEnd().endsWith(MARK);
}

/** What decides where start-up files lie. */
export interface RcWorld {
  readonly os: Os;
  readonly env: (name: string) => string | undefined;
  /** Whether there is such a file; `~` is the home. */
  readonly exists: (path: string) => boolean;
  /** The user's folder of documents, which Windows may have moved. */
  readonly documents: string;
}

/** Where a shell's rc files lie, below `~` or absolute. More than one where versions of it read different ones. */
export function rcFiles(shell: ShellName, world: RcWorld): readonly string[] {
  const { os, env, documents } = world;
  const config = env("XDG_CONFIG_HOME") ?? "~/.config";
  switch (shell) {
    case "sh":
      return ["~/.profile"];
    case "bash":
      // Terminals on macOS start login shells.
      return os === "darwin" ? [loginFile(world)] : ["~/.bashrc"];
    case "zsh":
      return [`${env("ZDOTDIR") ?? "~"}/.zshrc`];
    case "fish":
      return [`${config}/fish/config.fish`];
    case "nushell":
      return [`${nushellFolder(world)}/config.nu`];
    case "powershell":
      return os === "windows"
        ? ["PowerShell", "WindowsPowerShell"].map((name) => `${documents}/${name}/${PROFILE}`)
        : [`${config}/powershell/${PROFILE}`];
  }
}

/** What PowerShell reads at its start, in any of its programs. */
const PROFILE = "profile.ps1";

/** A login bash reads the first of these and no other: one made anew would hide what the user has in a later one. */
function loginFile({ exists }: RcWorld): string {
  const files = ["~/.bash_profile", "~/.bash_login", "~/.profile"];
  return files.find(exists) ?? "~/.profile";
}

/** Nushell's own choice, by system. */
function nushellFolder({ os, env }: RcWorld): string {
  const set = env("XDG_CONFIG_HOME");
  if (set !== undefined) return `${set}/nushell`;
  switch (os) {
    case "linux":
      return "~/.config/nushell";
    case "darwin":
      return "~/Library/Application Support/nushell";
    case "windows":
      return `${env("APPDATA") ?? "~/AppData/Roaming"}/nushell`;
  }
}
