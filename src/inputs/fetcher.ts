/** Takes a source, gives what can resolve and fetch it. */
import { SysError } from "../errors.ts";
import type { System } from "../system/mod.ts";
import type { Input, InputSource } from "./spec.ts";
import type { Fetcher, FetcherOptions } from "./fetcher_types.ts";

/** Chooses by type; what it needs is loaded only then. */
export async function fetcherFor(
  input: Input & { readonly source: Exclude<InputSource, { type: "path" }> },
  options: FetcherOptions,
): Promise<Fetcher> {
  const { source } = input;
  const token = tokenOf(input, options.system);
  if (source.type !== "git") {
    const { archiveFetcher } = await import("./archive.ts");
    return archiveFetcher(source, { ...options, token });
  }
  const { openRepository } = await import("../fetch/git/repository.ts");
  const repository = await openRepository(options.system, {
    ...options,
    remote: source.remote,
    token,
  });
  // What resolve() gave, or the lock has, for git is never null.
  return { ...repository, export: (rev, folder) => repository.export(rev!, folder) };
}

/** The token that `auth` names. Held in memory only. */
function tokenOf({ auth, name }: Input, { host }: System): string | null {
  if (auth === null) return null;
  const token = host.env(auth);
  if (token === undefined || token === "") {
    throw new SysError("input", `Cannot fetch input "${name}": ${auth} is not set`, {
      hint: `its \`auth\` says that ${auth} holds the token; set it in the environment`,
    });
  }
  return token;
}
