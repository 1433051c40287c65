/** The words of PowerShell: quotes texts, and makes the command line that runs a script. Written for Windows PowerShell
 * 5.1, which every Windows has. */
import { SysError } from "../errors.ts";

/** What PowerShell takes for an apostrophe (about_Quoting_Rules): any of them ends a text that another one began. */
const QUOTES = /['\u2018-\u201b]/g;

/** Bytes of UTF-16 of a script: a command line has 32,767 characters (CreateProcessW), and base64 takes four for three
 * bytes. What is left is for the name of the program and its options. */
const MOST = (32_767 - 767) / 4 * 3;

/** Quotes any text without NUL. */
export function quotePowershell(text: string): string {
  return `'${text.replace(QUOTES, "$&$&")}'`;
}

/** Program and arguments that run a script, whose output is UTF-8 and whose error is shown on standard error.
 * @throws SysError of kind "config" for one that is too long for Windows */
export function powershellCommand(script: string): string[] {
  const code = new Uint8Array(script.length * 2);
  const view = new DataView(code.buffer);
  for (let n = 0; n < script.length; n++) view.setUint16(n * 2, script.charCodeAt(n), true);
  if (code.length > MOST) {
    throw new SysError(
      "config",
      `Cannot run a script of ${script.length} characters: a command line of Windows has no room`,
      {
        hint: "it may have about 10,000; put it into a file, and call that",
      },
    );
  }
  const text = code.reduce((sum, byte) => sum + String.fromCharCode(byte), "");
  const flags = ["-NoProfile", "-NonInteractive", "-OutputFormat", "Text"];
  return ["powershell.exe", ...flags, "-EncodedCommand", btoa(text)];
}

/** Says UTF-8 for as long as a body runs: the code page is the console's, and others use it afterwards. A console that
 * is not there has none. */
const framed = (body: string) =>
  `$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$SysluaEncoding = [Console]::OutputEncoding
try {
  try { [Console]::OutputEncoding = $OutputEncoding = New-Object Text.UTF8Encoding $false } catch { }
${body}
  exit 0
} catch {
  [Console]::Error.WriteLine(($_ | Out-String).Trim())
  exit 1
} finally {
  try { [Console]::OutputEncoding = $SysluaEncoding } catch { }
}
`;

/** Asks PowerShell's own parser for the statements of a script that run a program or assign something, and puts a look
 * at the exit code behind each: PowerShell 5.1 goes on when a program fails. Conditions are no statements. */
const STOPPING = `  $SysluaErrors = $null
  $SysluaTree = [Management.Automation.Language.Parser]::ParseInput($SysluaScript, [ref]$null, [ref]$SysluaErrors)
  if ($SysluaErrors) { throw ($SysluaErrors | Out-String) }
  $SysluaEdits = @($SysluaTree.FindAll({
    param($Node)
    ($Node.Parent -is [Management.Automation.Language.StatementBlockAst] -or
      $Node.Parent -is [Management.Automation.Language.NamedBlockAst]) -and
    ($Node -is [Management.Automation.Language.AssignmentStatementAst] -or
      ($Node -is [Management.Automation.Language.PipelineAst] -and
        @($Node.PipelineElements | Where-Object { $_ -is [Management.Automation.Language.CommandAst] }).Count -gt 0))
  }, $true) | ForEach-Object {
    @{ At = $_.Extent.StartOffset; Text = '$global:LASTEXITCODE = 0; ' }
    @{ At = $_.Extent.EndOffset; Text = '; if ($global:LASTEXITCODE) { exit $global:LASTEXITCODE }' }
  } | Sort-Object { $_.At } -Descending)
  foreach ($SysluaEdit in $SysluaEdits) {
    $SysluaScript = $SysluaScript.Insert($SysluaEdit.At, $SysluaEdit.Text)
  }
  . ([ScriptBlock]::Create($SysluaScript))`;

/** Runs lines of the user's. It stops at the first program that fails, with its exit code, and at the first error. */
export function powershellLines(lines: string): string[] {
  return powershellCommand(framed(`  $SysluaScript = ${quotePowershell(lines)}\n${STOPPING}`));
}

/** Runs what sys.lua says itself. It stops at the first error. */
export function powershellBody(script: string): string[] {
  return powershellCommand(framed(script));
}
