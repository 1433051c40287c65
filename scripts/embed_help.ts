/** Writes what `sys … --help` says into `src/cli/help.generated.ts`, so that saying it loads no command. */
import { allHelp } from "../tests/support/all_help.ts";
import { fromFileUrl } from "../tests/support/paths.ts";

const PATH = fromFileUrl(new URL("../src/cli/help.generated.ts", import.meta.url));

Deno.writeTextFileSync(
  PATH,
  "/** What `sys … --help` says, by the words before it. Written by `deno task generate`. */\n" +
    "// deno-fmt-ignore-file\n" +
    "export const HELP: Readonly<Record<string, string>> = " +
    `${JSON.stringify(await allHelp(), null, 2)};\n`,
);
