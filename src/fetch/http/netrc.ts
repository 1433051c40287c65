/** Takes the text of a `.netrc`, gives the credentials for a host.
 *
 * The format is that of ftp(1) and curl: tokens between white space, `"…"` around those that contain some;
 * `machine <host>` or `default` starts an entry, `login`, `password` and `account` fill it, and `macdef`
 * runs to the next empty line. */

/** What an entry says. */
export interface NetrcEntry {
  readonly login: string;
  readonly password: string;
}

/** The entry for a host: the first that names it, else `default`. */
export function netrcEntry(text: string, host: string): NetrcEntry | null {
  let found: NetrcEntry | null = null;
  for (const entry of entriesOf(text)) {
    if (entry.machine === host) return entry;
    if (entry.machine === null) found ??= entry;
  }
  return found;
}

function* entriesOf(text: string): Generator<NetrcEntry & { machine: string | null }> {
  const tokens = tokensOf(text.replace(/^\s*macdef\b[\s\S]*?(?:\n\s*\n|$)/gm, "\n"));
  let entry: { machine: string | null; login: string; password: string } | null = null;
  for (let n = 0; n < tokens.length; n++) {
    const token = tokens[n];
    if (token === "machine" || token === "default") {
      if (entry) yield entry;
      entry = { machine: token === "machine" ? tokens[++n] ?? "" : null, login: "", password: "" };
    } else if (token === "login" && entry) entry.login = tokens[++n] ?? "";
    else if (token === "password" && entry) entry.password = tokens[++n] ?? "";
    else if (token === "account") n++;
  }
  if (entry) yield entry;
}

function tokensOf(text: string): string[] {
  const uncommented = text.replace(/^\s*#.*$/gm, "");
  return Array.from(
    uncommented.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g),
    ([, quoted, plain]) => plain ?? quoted.replace(/\\(.)/g, "$1"),
  );
}
