/** Takes a build that has ended, inspects its outputs, tells what is wrong with them: in the log, to whoever watches, as
 * an error where that is asked for. */
import { join } from "node:path/posix";
import { SysError } from "../../errors.ts";
import type { ObjectName } from "../../store/names.ts";
import type { Compressed, Store } from "../../store/types.ts";
import type { BuildContext } from "../build_context.ts";
import { inspect } from "./inspect.ts";

/** Gives what is compressed in the outputs, by their scratch paths. `objects`: what they may refer to; `paths`: all
 * that is in them.
 * @throws SysError of kind "build" with all warnings where the derivation is `strict` */
export async function inspectBuild(
  context: BuildContext,
  store: Pick<Store, "dir">,
  objects: readonly ObjectName[],
  paths: readonly string[] | null,
): Promise<ReadonlyMap<string, Compressed>> {
  const { system, derivation, folder, places, signal, openScratch } = context;
  const { warnings, compressed } = await inspect(system, {
    outputs: places.outputs,
    objects,
    store: store.dir,
    temporary: [folder, "/build", places.seen.tmp, places.seen.fetched],
    spare: () => (openScratch(), join(folder, "spare")),
    paths,
    host: derivation.host === true,
    fixed: derivation.fixed !== null,
  }, { signal });
  report(context, warnings);
  return compressed;
}

function report({ derivation, log, observer }: BuildContext, warnings: readonly string[]): void {
  for (const text of warnings) {
    log.line(`warning: ${text}`);
    if (!derivation.strict) observer({ kind: "warning", derivation, text });
  }
  if (!derivation.strict || warnings.length === 0) return;
  throw new SysError("build", warnings[0], {
    place: derivation.place,
    notes: warnings.slice(1),
    hint: "with `strict = true` a warning is an error",
  });
}
