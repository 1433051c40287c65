// Made by scripts/embed_lua.ts; do not edit.
// deno-fmt-ignore-file

/** Type definitions for the Lua Language Server, by file name. */
export const LUA_TYPES: readonly (readonly [string, string])[] = [
];
