/** Takes what inspection says of a build, tells it: in the log, to whoever watches, as an error where that is asked. */
import { SysError } from "../../errors.ts";
import type { BuildContext } from "../build_context.ts";

/** @throws SysError of kind "build" with all warnings where the derivation is `strict` */
export function report(
  { derivation, log, observer }: Pick<BuildContext, "derivation" | "log" | "observer">,
  warnings: readonly string[],
): void {
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
