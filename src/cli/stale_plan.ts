/** Asks whether to plan anew where the world has moved since the plan was made. A script is not asked: it stops. */
import type { Difference } from "../journeys/revalidate.ts";
import type { Session } from "./session.ts";

/** Says what moved, and whether to go on with a plan for that. */
export async function askToPlanAgain(
  session: Session,
  differences: readonly Difference[],
): Promise<boolean> {
  const { console, flags, errStyle } = session;
  if (!console.inIsTerminal || !console.errIsTerminal || flags.json) return false;
  console.err("This changed since the plan was made (nothing was touched yet):\n");
  for (const { what, was, is } of differences) {
    console.err(`  ${errStyle.yellow("!")} ${what}: was ${was}, is ${is}\n`);
  }
  const answer = await console.ask("p)lan again, q)uit? ", session.signal);
  return /^p/i.test(answer?.trim() ?? "");
}
