/** Takes the sources that `examples/toolbox` names, gives a server on loopback that has them: upstream's archives as
 * Debian 12 keeps them, fetched by apt, which verifies them. */
import { createHash } from "node:crypto";
import { fromFileUrl } from "../../tests/support/paths.ts";

/** Name in `sources.lua` → source package and archive of Debian 12. */
export const ARCHIVES: Readonly<Record<string, readonly [pkg: string, file: RegExp]>> = {
  bzip2: ["bzip2", /^bzip2_.*\.orig\.tar\.gz$/],
  cmark: ["cmark", /^cmark_.*\.orig\.tar\.gz$/],
  hello: ["hello", /^hello_.*\.orig\.tar\.gz$/],
  jq: ["jq", /^jq_.*\.orig\.tar\.gz$/],
  libevent: ["libevent", /^libevent_.*\.orig\.tar\.gz$/],
  libpng: ["libpng1.6", /^libpng1\.6_.*\.orig\.tar\.gz$/],
  lua: ["lua5.4", /^lua5\.4_.*\.orig\.tar\.gz$/],
  ncurses: ["ncurses", /^ncurses_.*\.orig\.tar\.gz$/],
  oniguruma: ["libonig", /^libonig_.*\.orig\.tar\.gz$/],
  pcre2: ["pcre2", /^pcre2_.*\.orig\.tar\.gz$/],
  readline: ["readline", /^readline_.*\.orig\.tar\.gz$/],
  tmux: ["tmux", /^tmux_.*\.orig\.tar\.gz$/],
  tree: ["tree", /^tree_.*\.orig\.tar\.gz$/],
  xz: ["xz-utils", /^xz-utils_.*\.orig\.tar\.xz$/],
  zlib: ["zlib", /^zlib_.*\.orig\.tar\.bz2$/],
};

/** Debian leaves out of zlib what is not free: there the hash cannot be upstream's. */
const REPACKED = new Set(["zlib"]);

const ENTRY = /^ {2}(\w+) = \{\n {4}url = "([^"]+)",\n {4}sha256 = "([0-9a-f]{64})",\n {2}\},$/gm;

/** Names of all sources. */
export function sourceNames(text: string): string[] {
  return [...text.matchAll(ENTRY)].map(([, name]) => name);
}

/** Fetches the archives of `names` into a folder. @throws Error with apt's last words */
export async function fetchArchives(folder: string, names: readonly string[]): Promise<void> {
  const mirror = await output([fromFileUrl(new URL("../debian_mirror", import.meta.url))], folder);
  for (const path of ["apt/lists/partial", "apt/cache/archives/partial", "archives"]) {
    await Deno.mkdir(`${folder}/${path}`, { recursive: true });
  }
  await Deno.writeTextFile(
    `${folder}/apt/sources.list`,
    `deb-src ${mirror.trim()} bookworm main\n`,
  );
  await Deno.writeTextFile(
    `${folder}/apt/apt.conf`,
    `Dir::State::Lists "${folder}/apt/lists";
Dir::Cache "${folder}/apt/cache";
Dir::Etc::SourceList "${folder}/apt/sources.list";
Dir::Etc::SourceParts "-";
APT::Sandbox::User "";
`,
  );
  await output(["apt-get", "update", "-qq"], folder);
  const packages = names.map((name) => ARCHIVES[name][0]);
  await output(["apt-get", "source", "-qq", "--download-only", ...packages], folder);
}

async function output([program, ...args]: readonly string[], folder: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: program === "apt-get" ? `${folder}/archives` : folder,
    env: program === "apt-get" ? { APT_CONFIG: `${folder}/apt/apt.conf` } : {},
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${decode(stderr)}`);
  return decode(stdout);
}

/** Serves the archives until it is disposed of. */
export class Mirror implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #paths = new Map<string, string>();

  constructor(folder: string, names: readonly string[]) {
    const present = [...Deno.readDirSync(`${folder}/archives`)].map(({ name }) => name);
    for (const name of names) {
      const file = present.find((one) => ARCHIVES[name][1].test(one));
      if (file === undefined) throw new Error(`apt brought no archive of ${name}`);
      this.#paths.set(name, `${folder}/archives/${file}`);
    }
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const path = this.#paths.get(new URL(request.url).pathname.split("/")[1]);
      if (path === undefined) return new Response("", { status: 404 });
      return new Response(Deno.openSync(path).readable);
    });
  }

  /** `sources.lua` with this mirror in place of upstream. @throws Error when an archive is not what upstream published */
  rewritten(text: string): string {
    return text.replace(ENTRY, (entry, name: string, url: string, sha256: string) => {
      const path = this.#paths.get(name);
      if (path === undefined) return entry;
      const found = createHash("sha256").update(Deno.readFileSync(path)).digest("hex");
      if (found !== sha256 && !REPACKED.has(name)) {
        throw new Error(`${name}: Debian has ${found} where upstream published ${sha256}`);
      }
      const here = `http://127.0.0.1:${this.#server.addr.port}/${name}/`;
      return entry.replace(url, here + url.split("/").pop()).replace(sha256, found);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
