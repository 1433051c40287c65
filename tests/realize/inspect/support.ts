/** Builds with a real compiler, and what they warn of. */
import { realSystem } from "../../../src/system/real.ts";
import type { Json } from "../../../src/manifest/types.ts";
import type { Call, World } from "../support.ts";

const { processes, host } = realSystem();
const PATH = "/usr/bin:/bin";

/** A test that needs programs, and Linux where `linux` is among them. */
export function needs(
  names: readonly string[],
  name: string,
): { name: string; ignore: boolean } {
  const missing = names.find((one) =>
    one === "linux" ? host.os !== "linux" : processes.which(one, PATH) === null
  );
  return missing === undefined
    ? { name, ignore: false }
    : { name: `${name} (skipped: there is no ${missing})`, ignore: true };
}

export const run = (command: string): Call => ["run", command, null as unknown as Json, {}];

/** What the last builds warned of, as `name: text`. */
export function warningsOf(world: World): string[] {
  return world.events.flatMap((event) =>
    event.kind === "warning" ? [`${event.derivation.name}: ${event.text}`] : []
  );
}
