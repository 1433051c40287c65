/** Takes variables of the user's Windows session, gives scripts for PowerShell that read and write them in the
 * registry (`HKCU\Environment`), through .NET: `reg.exe` speaks in the console's code page, and expands nothing back.
 *
 * A value is a text (REG_SZ), or has its kind beside it: what a user had comes back as it was. PATH is added to and
 * taken from, a folder at a time. Pure. */
import { quotePowershell } from "../../manifest/powershell.ts";
import type { Json } from "../../manifest/types.ts";

/** A value of another kind than text, by the names of .NET's RegistryValueKind. Bytes are base64, and 64 bits decimal
 * digits. */
export interface KindValue {
  readonly kind: "ExpandString" | "MultiString" | "DWord" | "QWord" | "Binary" | "None";
  readonly value: string | number | readonly string[];
}

/** A variable, or a folder of PATH. */
export type RegistryKey = { readonly name: string; readonly folder: string | null };

const FOLDER = "PATH:";

/** The key of a setting. */
export function keyOfFolder(folder: string): string {
  return FOLDER + folder;
}

/** The other way. */
export function parseKey(key: string): RegistryKey {
  return key.startsWith(FOLDER)
    ? { name: "Path", folder: key.slice(FOLDER.length) }
    : { name: key, folder: null };
}

/** What the scripts below call. A line of answer is JSON, as bytes: a console would put it into its code page. */
export const REGISTRY_PRELUDE =
  `$Key = [Microsoft.Win32.Registry]::CurrentUser.CreateSubKey('Environment')
$Out = [Console]::OpenStandardOutput()
function Answer($Value) {
  $Bytes = [Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -Compress -Depth 3 $Value) + "\`n")
  $Out.Write($Bytes, 0, $Bytes.Length)
}
function Is-There([string]$Name) { @($Key.GetValueNames()) -contains $Name }
function Raw([string]$Name) { $Key.GetValue($Name, $null, 'DoNotExpandEnvironmentNames') }
function Folders([string]$Folder, [bool]$Equal) {
  $All = "$(Raw 'Path')"
  if ($All -eq '') { return }
  $All.Split(';') | Where-Object { ($_.TrimEnd('\\') -eq $Folder.TrimEnd('\\')) -eq $Equal }
}
function Read-Variable([string]$Name) {
  if (-not (Is-There $Name)) { return Answer @{ kind = 'Absent' } }
  $Kind = $Key.GetValueKind($Name).ToString()
  $Value = Raw $Name
  if ($Kind -eq 'QWord') { $Value = [string]$Value }
  if ($Kind -eq 'Binary' -or $Kind -eq 'None') { $Value = [Convert]::ToBase64String($Value) }
  if ($Kind -eq 'MultiString') { $Value = @($Value) }
  Answer @{ kind = $Kind; value = $Value }
}
function Read-Folder([string]$Folder) { Answer @{ there = (@(Folders $Folder $true).Count -gt 0) } }
function Write-Variable([string]$Name, [string]$Kind, $Value) {
  if ($Kind -eq 'DWord') { $Value = [int]$Value }
  if ($Kind -eq 'QWord') { $Value = [long]$Value }
  if ($Kind -eq 'Binary' -or $Kind -eq 'None') { $Value = [Convert]::FromBase64String($Value) }
  if ($Kind -eq 'MultiString') { $Value = [string[]]@($Value) }
  $Key.SetValue($Name, $Value, $Kind)
}
function Remove-Variable([string]$Name) { $Key.DeleteValue($Name, $false) }
function Write-Path([string[]]$All) {
  $Kind = 'ExpandString'
  if (Is-There 'Path') { $Kind = $Key.GetValueKind('Path').ToString() }
  if ($All.Count -eq 0) { $Key.DeleteValue('Path', $false) } else { $Key.SetValue('Path', ($All -join ';'), $Kind) }
}
function Add-Folder([string]$Folder) {
  if (@(Folders $Folder $true).Count -eq 0) { Write-Path (@($Folder) + @(Folders $Folder $false)) }
}
function Remove-Folder([string]$Folder) {
  if (@(Folders $Folder $true).Count -gt 0) { Write-Path @(Folders $Folder $false) }
}
function Tell-Others { [Environment]::SetEnvironmentVariable('SYSLUA_TOLD', $null, 'User') }
`;

/** A script that answers each key with a line. */
export function readScript(keys: readonly string[]): string {
  const lines = keys.map((key) => {
    const { name, folder } = parseKey(key);
    return folder === null
      ? `Read-Variable ${quotePowershell(name)}`
      : `Read-Folder ${quotePowershell(folder)}`;
  });
  return `${REGISTRY_PRELUDE}${lines.join("\n")}\n`;
}

/** What a line of the answer says; null where there is nothing. */
export function valueOfLine(line: string): Json {
  const { kind, value, there } = JSON.parse(line) as {
    kind?: string;
    value?: Json;
    there?: boolean;
  };
  if (kind === undefined) return there === true ? true : null;
  if (kind === "Absent") return null;
  return kind === "String" ? value ?? "" : { kind, value: value ?? "" };
}

/** A script that gives keys their values, null for nothing, and tells running programs of it. .NET broadcasts
 * WM_SETTINGCHANGE when it sets a variable, so the last line removes one that nobody has. */
export function writeScript(
  changes: readonly { readonly key: string; readonly after: Json }[],
): string {
  const lines = changes.map(({ key, after }) => {
    const { name, folder } = parseKey(key);
    if (folder !== null) {
      return `${after === true ? "Add" : "Remove"}-Folder ${quotePowershell(folder)}`;
    }
    return after === null ? `Remove-Variable ${quotePowershell(name)}` : writing(name, after);
  });
  return `${REGISTRY_PRELUDE}${[...lines, "Tell-Others"].join("\n")}\n`;
}

function writing(name: string, after: Json): string {
  const { kind, value } = isKindValue(after) ? after : { kind: "String", value: String(after) };
  const parts = Array.isArray(value) ? `@(${value.map(quotePowershell).join(", ")})` : null;
  const text = parts ?? quotePowershell(String(value));
  return `Write-Variable ${quotePowershell(name)} ${quotePowershell(kind)} ${text}`;
}

function isKindValue(value: Json): value is Json & KindValue {
  return typeof value === "object" && value !== null && "kind" in value;
}
