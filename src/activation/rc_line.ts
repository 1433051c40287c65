/** Takes the text of a shell's rc file, gives it with or without the line that sources the env script. */
import { shellWord } from "../manifest/shell_word.ts";
import { quoteFish } from "./shell/fish.ts";
import { quoteNushell } from "./shell/nushell.ts";
import { quotePowershell } from "./shell/powershell.ts";

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
    case "nushell":
      return `source ${quoteNushell(script("env.nu"))} ${MARK}`;
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

/** Where a shell's rc file lies, relative to the home folder (or absolute, where the environment says). */
export function rcFile(
  shell: ShellName,
  env: (name: string) => string | undefined,
  os: "linux" | "darwin" | "windows",
): string {
  const config = env("XDG_CONFIG_HOME") ?? "~/.config";
  switch (shell) {
    case "sh":
      return "~/.profile";
    case "bash":
      // Terminals on macOS start login shells.
      return os === "darwin" ? "~/.bash_profile" : "~/.bashrc";
    case "zsh":
      return `${env("ZDOTDIR") ?? "~"}/.zshrc`;
    case "fish":
      return `${config}/fish/config.fish`;
    case "nushell":
      return `${config}/nushell/config.nu`;
    case "powershell":
      return os === "windows"
        ? "~/Documents/PowerShell/Microsoft.PowerShell_profile.ps1"
        : `${config}/powershell/Microsoft.PowerShell_profile.ps1`;
  }
}
