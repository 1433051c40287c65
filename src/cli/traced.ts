/** Takes the file that `--trace` names, gives what writes it at the end of the command. */
import { messageOf } from "../errors.ts";
import { writeReport } from "../journeys/report_file.ts";
import type { Session } from "./session.ts";
import { HEAD, Trace } from "./trace.ts";

/** How each trace begins. */
const START = `${JSON.stringify(HEAD).slice(0, -1)},"traceEvents":[`;

/**
 * From here on what the session does is traced. The file is written at once, and once more at the end: a command whose
 * trace can't be written does nothing.
 * @throws SysError where it can't
 */
export async function startTrace(
  session: Session,
  path: string,
  words: readonly string[],
): Promise<() => Promise<void>> {
  const { system, timings } = session;
  const trace = new Trace(system.clock, words);
  await writeReport(system, path, text({ ...HEAD, traceEvents: [] }), START);
  timings.trace = trace;
  return async () => {
    try {
      await writeReport(system, path, text(trace.document()), START);
    } catch (thrown) {
      // What the command did is done, and its exit code tells of that.
      session.say(messageOf(thrown), "warning");
    }
  };
}

function text(document: object): string {
  return `${JSON.stringify(document)}\n`;
}
