/** Writes what `sys --help` says into `src/cli/help.generated.ts`, so that saying it loads no command. */
import { fromFileUrl } from "../tests/support/paths.ts";
import { rootHelp } from "../tests/support/root_help.ts";

const PATH = fromFileUrl(new URL("../src/cli/help.generated.ts", import.meta.url));

Deno.writeTextFileSync(
  PATH,
  "/** What `sys --help` says. Written by `deno task generate`. */\n" +
    "// deno-fmt-ignore-file\n" +
    `export const HELP = ${JSON.stringify(await rootHelp())};\n`,
);
