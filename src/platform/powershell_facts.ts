/** Asks each PowerShell of this machine what keeps it from reading start-up files, and where those are. */
import { powershellBody } from "../manifest/powershell.ts";
import type { System } from "../system/mod.ts";
import { nativePaths } from "../system/mod.ts";

/** What one of them says. */
export interface PowershellFacts {
  readonly name: string;
  /** An execution policy: `Restricted`, `RemoteSigned`, … */
  readonly policy: string;
  /** Whether the machine's administrators have set it. */
  readonly forced: boolean;
  /** What all its consoles read at their start. It lies in the folder of documents, which OneDrive moves. */
  readonly profile: string;
}

/** Each has its own policy and its own start-up files. */
const PROGRAMS = [["powershell.exe", "Windows PowerShell"], ["pwsh.exe", "PowerShell 7"]] as const;

/** Policies by which it reads no file that nobody has signed (about_Execution_Policies). */
const CLOSED = new Set(["Restricted", "AllSigned"]);

/** Three lines; as UTF-8, whatever the console has. */
export const FACTS_SCRIPT = `$Forced = @(Get-ExecutionPolicy -List | Where-Object {
  $_.Scope -like '*Policy' -and $_.ExecutionPolicy -ne 'Undefined'
}).Count -gt 0
$Text = "$(Get-ExecutionPolicy)\`n$Forced\`n$($PROFILE.CurrentUserAllHosts)\`n"
$Bytes = [Text.Encoding]::UTF8.GetBytes($Text)
[Console]::OpenStandardOutput().Write($Bytes, 0, $Bytes.Length)
`;

/** Asks. What is not there, or does not answer, says nothing. */
export async function powershellFacts(
  { processes }: Pick<System, "processes">,
  env: Readonly<Record<string, string>>,
): Promise<PowershellFacts[]> {
  const found: PowershellFacts[] = [];
  const { fromNative } = nativePaths("windows");
  for (const [program, name] of PROGRAMS) {
    if (processes.which(program, env.PATH ?? "") === null) continue;
    const argv = [program, ...powershellBody(FACTS_SCRIPT).slice(1)];
    const { code, stdout } = await processes.run({ argv, env, timeout: 30_000 });
    const [policy, forced, profile] = new TextDecoder().decode(stdout).split("\n");
    if (code !== 0 || profile === undefined) continue;
    found.push({ name, policy, forced: forced === "True", profile: fromNative(profile) });
  }
  return found;
}

/** Why it can't read its start-up file, and so no env script; null where it can. */
export function whyClosed({ name, policy, forced, profile }: PowershellFacts): string | null {
  if (!CLOSED.has(policy)) return null;
  const { toNative } = nativePaths("windows");
  const mend = forced
    ? "the policy is set by the administrators of this machine"
    : "`Set-ExecutionPolicy -Scope CurrentUser RemoteSigned` in it allows that";
  return `${name} reads no ${
    toNative(profile)
  }, and so no env.ps1: its execution policy is ${policy}; ${mend}`;
}
