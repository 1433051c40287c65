/** Takes a name in a folder, says why Windows cannot have it. Pure.
 *
 * Microsoft, "Naming Files, Paths, and Namespaces": reserved characters, control characters, the names of devices
 * with or without an ending (also with superscript digits), a dot or a blank at the end. */

// deno-lint-ignore no-control-regex
const CHARACTER = /[\x00-\x1f<>:"|?*\\]/;
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)[ ]*(\.|$)/i;

/** Null where Windows can have it. */
export function refusedName(name: string): string | null {
  const character = CHARACTER.exec(name)?.[0];
  if (character !== undefined) {
    return character < " "
      ? "a name on Windows has no control characters"
      : `a name on Windows has no ${character}`;
  }
  const device = DEVICE.exec(name);
  if (device) return `${device[1].toUpperCase()} is a device on Windows`;
  return /[. ]$/.test(name) ? "a name on Windows does not end with a dot or a blank" : null;
}

/** The first name of a path that Windows cannot have, and why; null where there is none. Its drive or share is none of
 * the names, nor are `.` and `..`. */
export function refusedIn(path: string): { readonly name: string; readonly why: string } | null {
  for (const name of path.split("/")) {
    if (name === "" || name === "." || name === "..") continue;
    const why = refusedName(name);
    if (why !== null) return { name, why };
  }
  return null;
}

/** What can be there all the same, made by a program that goes around the rules: it can be looked at and removed, under
 * a path that Windows does not interpret. */
export function isOnlyVerbatim(name: string): boolean {
  return !CHARACTER.test(name) && refusedName(name) !== null;
}
