/** Takes something that uses the cache, does it; where the cache itself is what fails, the error says that it can go. */
import { SysError } from "../errors.ts";

export async function inCache<T>(cacheDir: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    throw aboutCache(cacheDir, thrown);
  }
}

function aboutCache(cacheDir: string, thrown: unknown): unknown {
  if (!(thrown instanceof SysError) || !thrown.message.includes(cacheDir)) return thrown;
  // A full disk has a hint of its own, which helps more.
  if (thrown.kind === "io" && thrown.hint !== undefined) return thrown;
  const { kind, message, place, notes, causes } = thrown;
  return new SysError(kind, message, {
    notes,
    causes,
    ...(place ? { place } : {}),
    cause: thrown,
    hint: `move ${cacheDir} away: all that is in it is fetched again when it is needed`,
  });
}
