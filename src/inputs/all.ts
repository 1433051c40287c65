/** Takes things and what to do with each, does it for all at once, and reports every failure. */
import { SysError } from "../errors.ts";

/** @throws SysError where several failed, one that lists them */
export async function all<T>(
  items: readonly T[],
  action: (item: T) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(items.map(action));
  const failures = results.flatMap((result) => result.status === "rejected" ? [result.reason] : []);
  if (failures.length === 0) return;
  const known = failures.filter((failure) => failure instanceof SysError);
  if (known.length < failures.length) throw failures.find((f) => !(f instanceof SysError));
  if (known.length === 1) throw known[0];
  throw new SysError(known[0].kind, `Cannot resolve ${known.length} inputs: see each below`, {
    notes: known.flatMap((
      error,
    ) => [error.message, ...error.hint ? [`  hint: ${error.hint}`] : []]),
    ...(known[0].place ? { place: known[0].place } : {}),
  });
}
