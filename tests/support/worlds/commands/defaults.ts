/** Stands in for macOS's defaults(1): domains of users, with the program's messages (macOS 14) and exit codes. */
import type { Plist } from "../../../../src/platform/plist/plist.ts";
import { readPlist } from "../../../../src/platform/plist/read.ts";
import { writePlist } from "../../../../src/platform/plist/write.ts";
import type { Answer, StandIn } from "./programs.ts";

type Domain = Map<string, Plist>;

export class Defaults {
  /** By user and domain: `maria com.apple.dock`. */
  readonly domains = new Map<string, Domain>();
  /** Domains in containers that are kept from the program. */
  readonly closed = new Set<string>();

  readonly program: StandIn = ({ args: [op, domain, ...rest], user }) => {
    const key = `${user} ${domain}`;
    switch (op) {
      case "export":
        return this.#export(key, domain);
      case "write":
        return this.#write(key, domain, rest);
      case "delete":
        return this.#delete(key, domain, rest[0]);
    }
    return { code: 255, stderr: "Command line interface to a user's defaults.\n" };
  };

  #export(key: string, domain: string): Answer {
    const found = this.closed.has(domain) ? undefined : this.domains.get(key);
    if (found === undefined) return { code: 1, stderr: `The domain ${domain} does not exist\n` };
    return { stdout: writePlist(found) };
  }

  #write(key: string, domain: string, [name, value]: readonly string[]): Answer {
    if (this.closed.has(domain)) {
      const path = `/Users/x/Library/Containers/${domain}/Data/Library/Preferences/${domain}`;
      return { code: 1, stderr: `Could not write domain ${path}; exiting\n` };
    }
    const found = this.domains.get(key) ?? new Map();
    // What is no property list is text.
    this.domains.set(key, found.set(name, value.startsWith("<?xml") ? readPlist(value) : value));
    return {};
  }

  #delete(key: string, domain: string, name: string): Answer {
    if (this.domains.get(key)?.delete(name)) return {};
    const said = `Domain (${domain}) not found.\nDefaults have not been changed.\n`;
    return { code: 1, stderr: said };
  }
}
