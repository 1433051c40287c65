/** The flags of every command that builds, and what they ask for. */
import type { BuildObserver } from "../realize/observer.ts";
import type { BuildSettings } from "../journeys/build.ts";
import { choice, type FlagSpec, toggle, value, wholeNumber } from "./command.ts";
import type { Session } from "./session.ts";

export interface BuildFlags {
  readonly jobs?: number;
  readonly sandbox: "require" | "auto" | "off";
  readonly keepFailed?: boolean;
  readonly keepGoing?: boolean;
}

export const BUILD_FLAGS: Readonly<Record<string, FlagSpec>> = {
  jobs: value("N", "builds at a time (the number of processors)", wholeNumber(1)),
  sandbox: choice(["require", "auto", "off"], "auto", "shut builds off from the machine"),
  keepFailed: toggle("keep the folder of a build that fails, and say where it is"),
  keepGoing: toggle("after a failure build what does not need it, then tell all failures"),
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
    keepFailed: flags.keepFailed === true,
    keepGoing: flags.keepGoing === true,
    observer: (event) => {
      session.timings.observe(event);
      observer(event);
    },
    signal: session.signal,
  };
}
