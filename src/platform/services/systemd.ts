/** Takes a service, gives where its unit lies and what systemctl is told. Pure. */
import { join } from "node:path/posix";

/** Name of the unit; a name with a type of its own (`x.timer`) keeps it. */
export function unitName(name: string): string {
  return /\.(service|timer|socket|path|mount|target)$/.test(name) ? name : `${name}.service`;
}

/** Where units of the administrator, or of the user, lie. */
export function unitPath(name: string, user: boolean, home: string): string {
  return user
    ? join(home, ".config/systemd/user", unitName(name))
    : join("/etc/systemd/system", unitName(name));
}

/** Command lines, to be run one after another. */
export function systemctl(
  op: "start" | "stop" | "running",
  name: string,
  user: boolean,
  account?: string,
): readonly (readonly string[])[] {
  const base = [
    "systemctl",
    ...(user ? ["--user"] : []),
    // Root reaches another user's session this way.
    ...(user && account !== undefined ? [`--machine=${account}@.host`] : []),
  ];
  const unit = unitName(name);
  switch (op) {
    case "start":
      // `enable --now` would not restart what failed before.
      return [
        [...base, "daemon-reload"],
        [...base, "--quiet", "enable", unit],
        [...base, "restart", unit],
      ];
    case "stop":
      return [[...base, "--quiet", "disable", "--now", unit]];
    case "running":
      return [[...base, "--quiet", "is-active", unit]];
  }
}
