/** Environment variables that are lists, and what stands between their values. */

/** By convention these have `:` between their parts (`;` on Windows). */
export const MERGEABLE: readonly string[] = [
  "ACLOCAL_PATH",
  "C_INCLUDE_PATH",
  "CDPATH",
  "CMAKE_PREFIX_PATH",
  "CPATH",
  "CPLUS_INCLUDE_PATH",
  "DYLD_LIBRARY_PATH",
  "FPATH",
  "GI_TYPELIB_PATH",
  "INFOPATH",
  "LD_LIBRARY_PATH",
  "LIBRARY_PATH",
  "LUA_CPATH",
  "LUA_PATH",
  "MANPATH",
  "NODE_PATH",
  "PATH",
  "PERL5LIB",
  "PKG_CONFIG_PATH",
  "PYTHONPATH",
  "QT_PLUGIN_PATH",
  "TERMINFO_DIRS",
  "XCURSOR_PATH",
  "XDG_CONFIG_DIRS",
  "XDG_DATA_DIRS",
];

/** Those whose parts are patterns and stand between semicolons everywhere. */
const SEMICOLON = new Set(["LUA_PATH", "LUA_CPATH"]);

/** Separator of a variable, or null when it takes one value. `defined` comes from the config and wins. */
export function separatorOf(
  name: string,
  defined: Readonly<Record<string, string | null>>,
): string | null {
  if (Object.hasOwn(defined, name)) return defined[name];
  if (!MERGEABLE.includes(name)) return null;
  return SEMICOLON.has(name) ? ";" : ":";
}
