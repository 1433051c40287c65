/** The flags of every command that builds, and what they ask for. */
import type { BuildObserver } from "../realize/observer.ts";
import type { BuildSettings } from "../journeys/build.ts";
import { choice, type FlagSpec, value, wholeNumber } from "./command.ts";
import type { Session } from "./session.ts";

export interface BuildFlags {
  readonly jobs?: number;
  readonly sandbox: "require" | "auto" | "off";
}

export const BUILD_FLAGS: Readonly<Record<string, FlagSpec>> = {
  jobs: value("N", "builds at a time (the number of processors)", wholeNumber(1)),
  sandbox: choice(["require", "auto", "off"], "auto", "shut builds off from the machine"),
};

/** What the flags ask for. */
export function buildSettings(
  session: Session,
  flags: BuildFlags,
  observer: BuildObserver,
): BuildSettings {
  return {
    jobs: flags.jobs ?? session.system.host.processors,
    sandbox: flags.sandbox,
    observer,
    signal: session.signal,
  };
}
