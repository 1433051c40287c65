/** Takes a variable of the user's Windows session, gives command lines for the registry. Pure. */

const KEY = "HKCU\\Environment";

/** Command line that writes a variable, or deletes it for null. Takes effect for programs started later. */
export function writeVariable(name: string, value: string | null): readonly string[] {
  return value === null
    ? ["reg.exe", "delete", KEY, "/v", name, "/f"]
    : ["reg.exe", "add", KEY, "/v", name, "/t", "REG_SZ", "/d", value, "/f"];
}

/** Command line that shows a variable. */
export function readVariable(name: string): readonly string[] {
  return ["reg.exe", "query", KEY, "/v", name];
}

/** The value in what `reg query` printed: `    NAME    REG_SZ    value`. */
export function valueInQuery(output: string, name: string): string | null {
  for (const line of output.split(/\r?\n/)) {
    const found = /^ {4}(.+?) {4}REG_(?:EXPAND_)?SZ {4}(.*)$/.exec(line);
    if (found && found[1].toLowerCase() === name.toLowerCase()) return found[2];
  }
  return null;
}
