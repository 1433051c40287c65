/** Questions that only a real system answers: what its world in `tests/support/worlds/` takes as a fact. */
import { withTemporary } from "../support/temporary.ts";

const NAMES = { darwin: "macOS", windows: "Windows" } as const;

/** How the questions of a system are declared; each is given an empty folder. Elsewhere they are skipped. */
export function questionsOf(
  os: keyof typeof NAMES,
): (text: string, answer: (dir: string) => void | Promise<void>) => void {
  return (text, answer) =>
    Deno.test({
      name: `real: ${text}, only on ${NAMES[os]}`,
      ignore: Deno.build.os !== os,
      fn: () => withTemporary(async (dir) => await answer(dir)),
    });
}
