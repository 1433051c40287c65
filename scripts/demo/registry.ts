/** Finds the npm registry that this machine uses, and whether it answers. */

/** The registry's address, or null when it can't be reached. */
export async function reachableRegistry(): Promise<string | null> {
  const registry = await registryUrl();
  try {
    const answer = await fetch(registry, { method: "HEAD", signal: AbortSignal.timeout(15_000) });
    await answer.body?.cancel();
    return registry;
  } catch {
    return null;
  }
}

/** As npm itself says, which knows the user's and the machine's settings; without npm, from the environment. */
async function registryUrl(): Promise<string> {
  try {
    const { success, stdout } = await new Deno.Command("npm", {
      args: ["config", "get", "registry"],
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(15_000),
    }).output();
    const url = new TextDecoder().decode(stdout).trim();
    if (success && /^https?:/.test(url)) return url;
  } catch {
    // There is no npm.
  }
  return Deno.env.get("npm_config_registry") ?? "https://registry.npmjs.org/";
}
