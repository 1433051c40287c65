/** Takes a derivation that is built by a program, runs that program. */
import { filledIn } from "./filled_in.ts";
import type { BuildProcess } from "./builder.ts";
import { run } from "./run.ts";
import type { BuildContext } from "./build_context.ts";

/** @throws SysError of kind "build" when it fails */
export async function runProcess(
  context: BuildContext,
  { builder, args, env }: BuildProcess,
  known: ReadonlyMap<string, string>,
): Promise<void> {
  const command = filledIn([builder, ...args], known) as string[];
  await run(context, {
    command,
    cwd: context.places.seen.tmp,
    env: { ...context.environment, ...filledIn(env, known) as Record<string, string> },
    shell: null,
    stdin: null,
    timeout: null,
    check: true,
    capture: false,
  });
}
