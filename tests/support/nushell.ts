/** Nushell, for tests that source its scripts: `scripts/nushell` finds or installs it. */

/** Absolute path of `nu`, or null where it can't be had. */
export const NU: string | null = Deno.env.get("SYSLUA_TEST_NU") || null;
