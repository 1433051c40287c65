/** Takes a service, gives its property list and what launchctl is told. Pure. */
import { join } from "node:path/posix";

/** Reverse domain names are labels as they are; other names get sys.lua's own prefix. */
export function label(name: string): string {
  return name.includes(".") ? name : `org.syslua.${name}`;
}

/** Agents belong to a user's session, daemons to the system. */
export function plistPath(name: string, user: boolean, home: string): string {
  return user
    ? join(home, "Library/LaunchAgents", `${label(name)}.plist`)
    : join("/Library/LaunchDaemons", `${label(name)}.plist`);
}

/** Command lines, to be run one after another. */
export function launchctl(
  op: "start" | "stop" | "running",
  name: string,
  user: boolean,
  plist: string,
  uid: number,
): readonly (readonly string[])[] {
  const domain = user ? `gui/${uid}` : "system";
  const target = `${domain}/${label(name)}`;
  switch (op) {
    case "start":
      return [
        ["launchctl", "enable", target],
        ["launchctl", "bootstrap", domain, plist],
      ];
    case "stop":
      return [
        ["launchctl", "bootout", target],
        ["launchctl", "disable", target],
      ];
    case "running":
      return [["launchctl", "print", target]];
  }
}

/** A value of a property list. */
export type Plist = string | number | boolean | readonly Plist[] | {
  readonly [key: string]: Plist;
};

/** A property list as XML, keys sorted. */
export function plist(value: Plist): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${element(value, "")}
</plist>
`;
}

function element(value: Plist, indent: string): string {
  const deeper = `${indent}  `;
  if (typeof value === "string") return `${indent}<string>${escaped(value)}</string>`;
  if (typeof value === "boolean") return `${indent}<${value}/>`;
  if (typeof value === "number") {
    const kind = Number.isInteger(value) ? "integer" : "real";
    return `${indent}<${kind}>${value}</${kind}>`;
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return `${indent}<array/>`;
    return [`${indent}<array>`, ...value.map((one) => element(one, deeper)), `${indent}</array>`]
      .join("\n");
  }
  const table = value as { readonly [key: string]: Plist };
  const keys = Object.keys(table).sort();
  if (keys.length === 0) return `${indent}<dict/>`;
  const lines = keys.flatMap((key) => [
    `${deeper}<key>${escaped(key)}</key>`,
    element(table[key], deeper),
  ]);
  return [`${indent}<dict>`, ...lines, `${indent}</dict>`].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
