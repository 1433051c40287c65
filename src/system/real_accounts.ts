/** The accounts that the system knows beside those of its files: of directories, and all of macOS's. */
import { type Accounts, groupIn, NO_ACCOUNTS, userIn } from "./accounts.ts";
import { groupOfDscl, nameInSearch, readGroup, readUser, searchGroup, userOfDscl } from "./dscl.ts";

/** Runs a program; what it prints, or null where it fails or is not there. */
export type Ask = (argv: readonly string[]) => string | null;

/** Names that can be asked for: no option, no path, no line of its own. */
const NAME = /^(?!-)[^:/\s]+$/;

/** Accounts of the name service (Linux) or of the directory service (macOS). Windows numbers none. */
export function realAccounts(os: typeof Deno.build.os, ask: Ask = askProgram): Accounts {
  if (os === "windows") return NO_ACCOUNTS;
  const known: Accounts = os === "darwin" ? ofDscl(ask) : ofGetent(ask);
  const isOne = (it: string | number) => typeof it === "number" || NAME.test(it);
  return {
    user: (who) => isOne(who) ? known.user(who) : null,
    group: (which) => isOne(which) ? known.group(which) : null,
  };
}

/** getent(1) takes names and numbers alike. */
function ofGetent(ask: Ask): Accounts {
  const get = (database: string, key: string | number) =>
    ask(["getent", database, String(key)]) ?? "";
  return {
    user: (who) => userIn(get("passwd", who), who),
    group: (which) => groupIn(get("group", which), which),
  };
}

function ofDscl(ask: Ask): Accounts {
  return {
    user(who) {
      const name = typeof who === "string" ? who : ask(["/usr/bin/id", "-un", String(who)])?.trim();
      const found = userOfDscl(name ? ask(readUser(name)) ?? "" : "");
      return typeof who === "number" && found?.uid !== who ? null : found;
    },
    group(which) {
      const name = typeof which === "string" ? which : nameInSearch(ask(searchGroup(which)) ?? "");
      return groupOfDscl(name ? ask(readGroup(name)) ?? "" : "");
    },
  };
}

function askProgram([program, ...args]: readonly string[]): string | null {
  try {
    const { success, stdout } = new Deno.Command(program, {
      args,
      stdin: "null",
      stderr: "null",
      env: { LC_ALL: "C" },
    }).outputSync();
    return success ? new TextDecoder().decode(stdout) : null;
  } catch {
    // There is no such program here.
    return null;
  }
}
