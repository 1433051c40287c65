/** Runs Deno for `scripts/compile.ts`. */
import { fromFileUrl } from "../../tests/support/paths.ts";

export const PROJECT = fromFileUrl(new URL("../..", import.meta.url));
/** Where what the executable is made of lies. */
export const BUNDLE = `${PROJECT}/dist/bundle`;

/** In the folder of the project. Ends the process where it fails. */
export async function deno(args: readonly string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: PROJECT,
    stdin: "null",
  }).spawn().status;
  if (code === 0) return;
  console.error(`compile: deno ${args[0]} failed`);
  Deno.exit(1);
}
