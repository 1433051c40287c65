/** Takes the `.luarc.json` that is there, gives one that points the Lua Language Server to our type definitions. Pure. */

/** Settings that fit a config; only those that the user has not set are added. */
const SETTINGS: Readonly<Record<string, unknown>> = {
  "$schema": "https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json",
  "runtime.version": "Lua 5.4",
  "runtime.path": ["?.lua", "?/init.lua"],
  "runtime.pathStrict": true,
  "runtime.builtin": { io: "disable" },
  "workspace.checkThirdParty": false,
};

const LIBRARY = "workspace.library";

/**
 * Text of the file.
 * @param existing the file as it is, or null where none is
 * @param types absolute path of the folder with the type definitions
 * @param former whether a path is that of type definitions of another version, to be replaced
 * @returns null when nothing needs to change, or when the file is not plain JSON and better left alone
 */
export function luarc(
  existing: string | null,
  types: string,
  former: (path: string) => boolean = () => false,
): string | null {
  const settings = existing === null || existing.trim() === "" ? {} : parse(existing);
  if (settings === null) return null;
  const result: Record<string, unknown> = { ...settings };
  for (const [name, value] of Object.entries(SETTINGS)) {
    if (!isSet(settings, name)) result[name] = value;
  }
  const nested = (settings.workspace as { library?: unknown } | undefined)?.library;
  const present = settings[LIBRARY] ?? nested;
  const others = Array.isArray(present) ? present.filter((path) => !former(String(path))) : [];
  const library = others.includes(types) ? others : [...others, types];
  if (nested !== undefined) result.workspace = { ...(settings.workspace as object), library };
  else result[LIBRARY] = library;
  const text = `${JSON.stringify(result, null, 2)}\n`;
  return existing !== null && JSON.stringify(settings) === JSON.stringify(result) ? null : text;
}

/** Settings are written with dots, or as tables in tables. */
function isSet(settings: Record<string, unknown>, name: string): boolean {
  if (name in settings) return true;
  const [outer, inner] = name.split(".");
  const table = settings[outer];
  return inner !== undefined && typeof table === "object" && table !== null && inner in table;
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
