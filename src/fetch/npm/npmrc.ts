/** Takes what the user's npm is configured with, gives the registry for a package and what to show it.
 *
 * In order: the environment (`npm_config_registry`), the `.npmrc` of the current folder, the user's. Lines are
 * `key = value`; `${NAME}` stands for an environment variable. Credentials are kept by the beginning of a URL:
 * `//host/path/:_authToken = …`. */
import { Buffer } from "node:buffer";
import { join } from "node:path/posix";
import type { System } from "../../system/mod.ts";
import { namedPath } from "../../system/named_path.ts";

const PUBLIC = "https://registry.npmjs.org/";

/** npm's configuration, as far as it is about registries. */
export class NpmConfig {
  readonly #values: ReadonlyMap<string, string>;

  constructor({ fs, host }: Pick<System, "fs" | "host">) {
    const environment = (name: string) =>
      host.env(`npm_config_${name}`) ?? host.env(`NPM_CONFIG_${name.toUpperCase()}`);
    const named = environment("userconfig");
    const user = named ? namedPath(host, named) : join(host.home, ".npmrc");
    const values = new Map<string, string>();
    for (const path of [user, join(host.cwd, ".npmrc")]) {
      if (fs.lstat(path) === null) continue;
      const text = new TextDecoder().decode(fs.readFile(path));
      for (const [key, value] of lines(text)) {
        values.set(key, value.replace(/\$\{([^}]+)\}/g, (all, name) => host.env(name) ?? all));
      }
    }
    const registry = environment("registry");
    if (registry !== undefined && registry !== "") values.set("registry", registry);
    this.#values = values;
  }

  /** Where a package is to be had, with a slash at its end. */
  registryFor(name: string): string {
    const scope = name.startsWith("@") ? name.slice(0, name.indexOf("/")) : null;
    const own = scope === null ? undefined : this.#values.get(`${scope}:registry`);
    const url = own ?? this.#values.get("registry") ?? PUBLIC;
    return url.endsWith("/") ? url : `${url}/`;
  }

  /** The value of an `Authorization` header for a URL, where the user has one for it. */
  authorizationFor(url: string): string | null {
    const { host, pathname } = new URL(url);
    // From the longest beginning of the URL to the shortest.
    for (let path = pathname;; path = path.slice(0, path.slice(0, -1).lastIndexOf("/") + 1)) {
      const get = (key: string) => this.#values.get(`//${host}${path}:${key}`);
      const [token, auth, user, password] = ["_authToken", "_auth", "username", "_password"].map(
        get,
      );
      if (token !== undefined) return `Bearer ${token}`;
      if (auth !== undefined) return `Basic ${auth}`;
      if (user !== undefined && password !== undefined) {
        const plain = Buffer.from(password, "base64").toString();
        return `Basic ${Buffer.from(`${user}:${plain}`).toString("base64")}`;
      }
      if (path === "/" || path === "") return null;
    }
  }
}

function* lines(text: string): Generator<[string, string]> {
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (match !== null) yield [match[1], match[2].replace(/^"(.*)"$|^'(.*)'$/, "$1$2")];
  }
}
