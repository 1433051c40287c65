/** Takes an environment, gives `env.ps1` for Windows PowerShell 5.1 and PowerShell 7. */
import {
  allVariables,
  type Environment,
  FALLBACKS,
  HEADING,
  NAMES,
  namesSet,
  type Variable,
} from "./environment.ts";
import { quotePowershell } from "../../manifest/powershell.ts";

/** `_SysluaWithout LIST SEPARATOR PARTS` gives the list without those parts. `contains`: Windows knows no cases. */
const without = (contains: string) =>
  `function _SysluaWithout([string]$List, [string]$Separator, [string[]]$Parts) {
  if ($List -eq '') { return '' }
  ($List.Split([string[]]@($Separator), 'None') | Where-Object { $Parts -${contains} $_ }) -join $Separator
}`;

/** Windows PowerShell 5.1 reads a file without it in the code page of the system, in which a part of \u00d2 ends a quote. */
const MARK = "\ufeff";

/** The script. */
export function powershellScript(environment: Environment): string {
  const { scripts, windows = false } = environment;
  const all = allVariables(environment).filter(({ name }) =>
    name === "PATH" || environment.variables.some((variable) => variable.name === name)
  );
  const lines = [
    `${MARK}${HEADING}`,
    without(windows ? "notcontains" : "cnotcontains"),
    ...unsetting(environment),
    ...all.flatMap(setting),
  ];
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
    `  if ($Name -match '^[A-Za-z_][A-Za-z0-9_]*$' -and ${list} -notcontains $Name) {`,
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
