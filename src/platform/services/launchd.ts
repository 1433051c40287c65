/** Takes a service, gives where its property list lies and what launchctl(1) is told; and reads its answers. Pure. */
import { join } from "node:path/posix";
import { SysError } from "../../errors.ts";
import type { Plist, PlistTable } from "../plist/plist.ts";
import { readPlist } from "../plist/read.ts";

const PROGRAM = "/bin/launchctl";

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

/** Where daemons run. */
export const SYSTEM_DOMAIN = "system";
/** Where agents of somebody run who is logged in at the screen, and of somebody who is not (over ssh). */
export const screenDomain = (uid: number): string => `gui/${uid}`;
export const userDomain = (uid: number): string => `user/${uid}`;

/** Command lines. A target is `<domain>/<label>`. */
export const launchctl = {
  /** Fails where there is no such domain or target. */
  print: (target: string): readonly string[] => [PROGRAM, "print", target],
  /** What was disabled can't be bootstrapped. */
  enable: (target: string): readonly string[] => [PROGRAM, "enable", target],
  bootstrap: (
    domain: string,
    plist: string,
  ): readonly string[] => [PROGRAM, "bootstrap", domain, plist],
  disable: (target: string): readonly string[] => [PROGRAM, "disable", target],
  /** Prints all labels of a domain that were ever enabled or disabled. */
  printDisabled: (domain: string): readonly string[] => [PROGRAM, "print-disabled", domain],
  bootout: (target: string): readonly string[] => [PROGRAM, "bootout", target],
};

/** What launchctl exits with when it is still at work on the service: EALREADY, EINPROGRESS, and EIO, with which it also
 * tells that a service of that label is there. */
export const STILL_BUSY: ReadonlySet<number> = new Set([37, 36, 5]);
/** There is no such service: ESRCH, and "Could not find service". */
export const NOT_THERE: ReadonlySet<number> = new Set([3, 113]);

/** What of `launchctl print` tells how a service is. */
export interface PrintedService {
  readonly state: string | null;
  /** Null where it never exited. */
  readonly lastExit: number | null;
}

/** Only its own lines: those of its sockets and endpoints are deeper. */
export function readPrinted(output: string): PrintedService {
  const field = (name: string) =>
    new RegExp(`^\\t${name} = (.*)$`, "m").exec(output)?.[1].trim() ?? null;
  const exit = /^-?\d+/.exec(field("last exit code") ?? "");
  return { state: field("state"), lastExit: exit === null ? null : Number(exit[0]) };
}

/** Whether a label is disabled, by what `print-disabled` printed: `"label" => disabled`, and before macOS 13 `true`. */
export function isDisabled(output: string, label: string): boolean {
  return output.split("\n").map((line) => line.trim())
    .some((line) => line === `"${label}" => disabled` || line === `"${label}" => true`);
}

/** Whether a service is as it shall be. What is to be kept alive runs; what has its times, or was done at once, waits
 * or has ended well. */
export function isUp({ state, lastExit }: PrintedService, unit: PlistTable | null): boolean {
  if (state === "running") return true;
  const keepAlive = unit?.get("KeepAlive");
  const isKept = keepAlive !== undefined && keepAlive !== false;
  return unit !== null && !isKept && (lastExit === null || lastExit === 0);
}

/** Reads the property list of a service.
 * @throws SysError of kind "config" where it is none, or is another service's */
export function readUnit(name: string, text: string): PlistTable {
  const found = plistOf(name, text);
  if (!(found instanceof Map)) throw refused(name, "its unit is a property list without keys");
  const given = found.get("Label");
  if (given === label(name)) return found;
  const what = typeof given === "string" ? `"${given}"` : "missing";
  throw refused(name, `the Label of its unit is ${what}`, `the Label has to be "${label(name)}"`);
}

function plistOf(name: string, text: string): Plist {
  try {
    return readPlist(text);
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
    const hint = text.startsWith("bplist") ? "`plutil -convert xml1` makes XML of it" : undefined;
    throw refused(name, `its unit is no XML property list (${thrown.message})`, hint);
  }
}

function refused(name: string, why: string, hint?: string): SysError {
  const message = `Cannot enable the service ${name}: ${why}`;
  return new SysError("config", message, hint === undefined ? {} : { hint });
}
