/** Takes what came of derivations that went on after failures, gives the one error that tells all of them. */
import { messageOf, SysError } from "../errors.ts";
import type { Derivation, DerivationHash } from "../manifest/types.ts";

/** Names in a message. */
const NAMED = 10;

/** The error of the derivations that failed; null when none did. Those that need one that failed were not tried.
 * @param outcome the error of each derivation that has none of its outputs, undefined for those that were realized */
export function failuresOf(
  derivations: readonly Derivation[],
  outcome: ReadonlyMap<DerivationHash, unknown>,
): unknown {
  const without = derivations.filter(({ hash }) => outcome.get(hash) !== undefined);
  const [failed, untried] = [false, true].map((after) =>
    without.filter(({ dependencies }) =>
      dependencies.some((hash) => outcome.get(hash) !== undefined) === after
    )
  );
  if (failed.length === 0) return null;
  const errors = failed.map(({ hash }) => outcome.get(hash));
  const notes = untried.length === 0
    ? []
    : [`not tried, since they need one that failed: ${namesOf(untried)}`];
  if (errors.length === 1) return noted(errors[0], notes);
  return new SysError(
    "build",
    `Cannot build ${failed.length} of ${outcome.size} derivations: ${namesOf(failed)}`,
    {
      notes,
      causes: errors.map((error) =>
        error instanceof SysError ? error : new SysError("build", messageOf(error))
      ),
    },
  );
}

function noted(error: unknown, notes: readonly string[]): unknown {
  if (notes.length === 0 || !(error instanceof SysError)) return error;
  const { kind, message, place, hint, cause } = error;
  return new SysError(kind, message, { place, hint, cause, notes: [...error.notes, ...notes] });
}

function namesOf(derivations: readonly Derivation[]): string {
  const names = derivations.map(({ name }) => name);
  const more = names.length > NAMED ? `, and ${names.length - NAMED} more` : "";
  return names.slice(0, NAMED).join(", ") + more;
}
