/** Takes an environment, gives `env.ps1` for PowerShell 5 and 7. */
import {
  type Environment,
  FALLBACKS,
  HEADING,
  NAMES,
  namesSet,
  type Variable,
} from "./environment.ts";
import { quotePowershell } from "../../manifest/powershell.ts";

/** `_SysluaWithout LIST SEPARATOR PARTS` gives the list without those parts. */
const WITHOUT = `function _SysluaWithout([string]$List, [string]$Separator, [string[]]$Parts) {
  if ($List -eq '') { return '' }
  ($List.Split([string[]]@($Separator), 'None') | Where-Object { $Parts -cnotcontains $_ }) -join $Separator
}`;

/** The script. @param windows whether paths in lists are separated by `;` */
export function powershellScript(environment: Environment, windows: boolean): string {
  const { profile, scripts, variables } = environment;
  const between = windows ? ";" : ":";
  const all: Variable[] = [...variables];
  if (profile !== null) {
    const bin = `${profile}${windows ? "\\" : "/"}bin`;
    all.push({ name: "PATH", op: "prepend", values: [bin], separator: between });
  }
  const lines = [HEADING, WITHOUT, ...unsetting(environment), ...all.flatMap(setting)];
  for (const { path, shells } of scripts) {
    if (shells.includes("powershell")) lines.push(`. ${quotePowershell(path)}`);
  }
  lines.push("Remove-Item Function:_SysluaWithout");
  return lines.join("\n") + "\n";
}

function unsetting(environment: Environment): string[] {
  const names = namesSet(environment);
  const list = `@(${names.map(quotePowershell).join(", ")})`;
  return [
    `foreach ($Name in "$env:${NAMES}".Split(' ')) {`,
    `  if ($Name -match '^[A-Za-z_][A-Za-z0-9_]*$' -and ${list} -cnotcontains $Name) {`,
    `    Remove-Item "Env:$Name" -ErrorAction SilentlyContinue`,
    `  }`,
    `}`,
    `$env:${NAMES} = ${quotePowershell(names.join(" "))}`,
  ];
}

function setting({ name, op, values, separator }: Variable): string[] {
  const own = quotePowershell(values.join(separator));
  if (op === "set") return [`\${env:${name}} = ${own}`];
  const parts = values.flatMap((value) => value.split(separator)).map(quotePowershell).join(", ");
  const list = FALLBACKS[name] === undefined
    ? `\${env:${name}}`
    : `$(if (\${env:${name}}) { \${env:${name}} } else { ${quotePowershell(FALLBACKS[name])} })`;
  const between = quotePowershell(separator);
  const rest = `(_SysluaWithout "${list}" ${between} @(${parts}))`;
  const pair = op === "prepend" ? `${own}, ${rest}` : `${rest}, ${own}`;
  return [`\${env:${name}} = (@(${pair}) | Where-Object { $_ -ne '' }) -join ${between}`];
}
