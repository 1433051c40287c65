/** What `sys version` says. */
import type { Host } from "../../system/mod.ts";

/** `x86_64-linux`. */
export function platformName({ arch, os }: Pick<Host, "arch" | "os">): string {
  return `${arch}-${os}`;
}

/** One line, without its end. */
export function versionLine(version: string, host: Pick<Host, "arch" | "os">): string {
  return `sys ${version} (${platformName(host)})`;
}
