/** Asks what to do about files that are there already: on a terminal; a script has to have said so before. */
import { SysError } from "../errors.ts";
import type { Plan } from "../plan/types.ts";
import { type Decision, UNDECIDED } from "../journeys/propose.ts";
import type { Adopted } from "../journeys/adopt.ts";
import { counted, oneLine } from "./render/words.ts";
import type { Session } from "./session.ts";

/** What else can be done about them. */
export interface Choices {
  /** How a file on disk differs from what would replace it. */
  readonly diff: (targets: readonly string[]) => Promise<string>;
  /** Takes their content into the config, where that is possible; tells of those where it is not. */
  readonly adopt?: (targets: readonly string[]) => Adopted;
}

/** The decision about a plan's unmanaged files.
 * @throws SysError of kind "unmanaged" when nobody can be asked, "interrupted" when the answer is to quit */
export async function askAbout(
  session: Session,
  plan: Plan,
  replace: boolean,
  choices: Choices,
): Promise<Decision | "evaluate again"> {
  if (replace) return { replace: "all", skip: new Set() };
  if (plan.unmanaged.length === 0 || plan.blocked.length > 0) return UNDECIDED;
  const { console, flags, errStyle } = session;
  if (!console.inIsTerminal || !console.errIsTerminal || flags.json) return UNDECIDED;
  const files = counted(plan.unmanaged.length, "file");
  console.err(
    `${files} that sys.lua did not put there would be replaced (a copy of each is kept):\n`,
  );
  for (const target of plan.unmanaged) {
    console.err(`  ${errStyle.yellow("!")} ${oneLine(target)}\n`);
  }
  const words = [
    "d)iff",
    "r)eplace all",
    "s)kip them",
    ...(choices.adopt ? ["a)dopt into config"] : []),
  ];
  for (;;) {
    const answer = await console.ask(`${[...words, "q)uit"].join(", ")}? `, session.signal);
    switch (answer?.trim().toLowerCase()[0]) {
      case "d":
        console.err(await choices.diff(plan.unmanaged));
        break;
      case "r":
        return { replace: "all", skip: new Set() };
      case "s":
        return { replace: "none", skip: new Set(plan.unmanaged) };
      case "a":
        if (choices.adopt === undefined) break;
        if (adopt(session, choices.adopt, plan.unmanaged)) return "evaluate again";
        break;
      case "q":
      case undefined:
        throw new SysError("unmanaged", `Did not replace ${files}: nothing was changed`);
    }
  }
}

/** Adopts what can be, says what can't. Gives whether anything was: then the rest is asked about again. */
function adopt(
  session: Session,
  take: NonNullable<Choices["adopt"]>,
  targets: readonly string[],
): boolean {
  const { adopted, left } = take(targets);
  for (const target of adopted) session.say(`${target} is in the config now`);
  for (const { target, why } of left) session.say(`Cannot adopt ${target}: ${why}`, "warning");
  return adopted.length > 0;
}

/** Asks a question that is answered by yes or no; `--yes` answers it. */
export async function confirm(session: Session, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  const { console, flags } = session;
  if (!console.inIsTerminal || flags.json) {
    throw new SysError("usage", `Cannot ask: ${question}`, { hint: "--yes answers it" });
  }
  const answer = await console.ask(`${question} [y/N] `, session.signal);
  if (/^y(es)?$/i.test(answer?.trim() ?? "")) return;
  throw new SysError("interrupted", "Nothing was changed");
}
