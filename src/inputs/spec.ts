/** Takes one entry of an `inputs` table, gives where it comes from as data. Pure. */
import * as posix from "node:path/posix";
import { SysError } from "../errors.ts";
import type { InputSpec } from "./types.ts";

/** Hosts whose archives have a short form. */
export type Forge = "github" | "gitlab" | "sourcehut" | "codeberg";

/** Where an input comes from. `url` is what the lock records and compares: without ref and without secrets. */
export type InputSource =
  | {
    readonly type: "git";
    readonly url: string;
    /** What `git` is given. */
    readonly remote: string;
    readonly ref: string | null;
  }
  | {
    readonly type: Forge;
    readonly url: string;
    readonly owner: string;
    readonly repo: string;
    readonly ref: string | null;
  }
  | { readonly type: "tarball"; readonly url: string; readonly archive: string }
  | { readonly type: "path"; readonly url: string; readonly path: string };

/** A parsed entry. */
export interface Input {
  readonly name: string;
  readonly source: InputSource;
  /** Folder inside it that counts as its root, without `.` and `..`; null for the whole. */
  readonly dir: string | null;
  readonly follows: Readonly<Record<string, string>>;
  /** Environment variable with a token for its server. */
  readonly auth: string | null;
  readonly spec: InputSpec;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;
/** Safe as an argument of git and as a part of a URL. */
const REF = /^(?!-)(?!.*\.\.)[A-Za-z0-9._/@+-]+$/;
const FORGES: readonly string[] = ["github", "gitlab", "sourcehut", "codeberg"];
const FORMS =
  "an input is `git:https://host/repo.git#ref`, `github:org/repo/ref`, `gitlab:…`, `sourcehut:…`, " +
  "`codeberg:…`, `tarball:https://…` or `path:./folder`";

/**
 * Reads one entry.
 * @throws SysError of kind "input", with the place of the entry
 */
export function parseInput(name: string, spec: InputSpec): Input {
  const refuse = (why: string, hint = FORMS) =>
    new SysError("input", `Cannot read input "${name}": ${why}`, {
      hint,
      ...(spec.place ? { place: spec.place } : {}),
    });
  if (!NAME.test(name)) {
    throw refuse(
      "its name is not one",
      "names have letters, digits, `_` and `-`: they are what follows `inputs.` in `require`",
    );
  }
  if (spec.url === null) throw refuse("it has no `url`");
  const colon = spec.url.indexOf(":");
  const type = colon < 0 ? "" : spec.url.slice(0, colon);
  const [rest, fragment] = splitFragment(spec.url.slice(colon + 1));
  if (fragment !== null && spec.ref !== null && fragment !== spec.ref) {
    throw refuse(
      `the url says \`${fragment}\`, and \`ref\` says \`${spec.ref}\``,
      "keep one of them",
    );
  }
  const ref = spec.ref ?? fragment;
  if (ref !== null && !REF.test(ref)) throw refuse(`"${ref}" can't be a branch, tag or revision`);
  const source = sourceOf(type, rest, ref, spec.url, refuse);
  const auth = readAuth(spec.auth ?? null, refuse);
  if (
    auth !== null && !/^(git|tarball):https?:|^(github|gitlab|sourcehut|codeberg):/.test(source.url)
  ) {
    throw refuse("`auth` is for https only", "ssh uses your keys; a local folder needs none");
  }
  return {
    name,
    source,
    dir: readDir(spec.dir, refuse),
    follows: spec.follows,
    auth,
    spec,
  };
}

type Refuse = (why: string, hint?: string) => SysError;

function sourceOf(
  type: string,
  rest: string,
  ref: string | null,
  whole: string,
  refuse: Refuse,
): InputSource {
  if (type === "git") return { type, url: `git:${rest}`, remote: gitRemote(rest, refuse), ref };
  if (FORGES.includes(type)) return forge(type as Forge, rest, ref, refuse);
  if (type === "tarball") {
    if (ref !== null) throw refuse("an archive has no branches", "leave out `ref` and `#…`");
    return {
      type,
      url: `tarball:${rest}`,
      archive: webUrl(rest, ["https:", "http:", "file:"], refuse),
    };
  }
  if (type === "path") {
    if (ref !== null) throw refuse("a local folder has no branches", "use `git:file:///…#ref`");
    if (!/^(\.{1,2}(\/|$)|~(\/|$)|\/|[A-Za-z]:[\\/])/.test(rest)) {
      throw refuse(
        `"${rest}" is not a path`,
        `write \`path:./${rest}\` for a folder beside the config`,
      );
    }
    return { type, url: `path:${rest}`, path: rest };
  }
  if (/^(https?|ssh)$/.test(type) || /^[\w.-]+@[\w.-]+:/.test(whole)) {
    throw refuse(
      `"${whole}" does not say what it is`,
      `write \`git:${whole}\` or \`tarball:${whole}\``,
    );
  }
  throw refuse(type === "" ? `"${whole}" has no type` : `there is no type "${type}"`);
}

/** The URL or `user@host:path` that git is given: only transports that run nothing. */
function gitRemote(rest: string, refuse: Refuse): string {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(rest)) {
    return webUrl(rest, ["https:", "http:", "ssh:", "git:", "file:"], refuse);
  }
  if (/^[A-Za-z0-9_.][\w.-]*@[A-Za-z0-9][\w.-]*:(?!:)[^\s]+$/.test(rest)) return rest;
  throw refuse(
    `"${rest}" is not the address of a repository`,
    "write `git:https://host/repo.git`, `git:user@host:repo.git` or `git:file:///folder`",
  );
}

function webUrl(text: string, allowed: readonly string[], refuse: Refuse): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refuse(`"${text}" is not a URL`);
  }
  if (!allowed.includes(url.protocol)) {
    throw refuse(`"${url.protocol}//" can't be fetched from`, `use ${allowed.join("//, ")}//`);
  }
  if (url.password !== "" || (url.username !== "" && url.protocol.startsWith("http"))) {
    throw refuse(
      "its URL carries a password",
      'the lock would hold it: use a credential helper, ~/.netrc, or auth = "env:NAME"',
    );
  }
  return text;
}

function forge(type: Forge, rest: string, ref: string | null, refuse: Refuse): InputSource {
  const [owner, repo, ...more] = rest.split("/");
  const part = /^~?[A-Za-z0-9_.-]+$/;
  if (!part.test(owner) || !part.test(repo ?? "") || /^\.+$/.test(repo)) {
    throw refuse(`"${rest}" is not \`org/repo\``);
  }
  const inPath = more.length > 0 ? more.join("/") : null;
  if (inPath !== null && !REF.test(inPath)) throw refuse(`"${inPath}" can't be a branch or tag`);
  if (inPath !== null && ref !== null && ref !== inPath) {
    throw refuse(`it names both \`${inPath}\` and \`${ref}\``, "keep one of them");
  }
  const plain = owner.replace(/^~/, "");
  const name = repo.replace(/\.git$/, "");
  return { type, url: `${type}:${plain}/${name}`, owner: plain, repo: name, ref: ref ?? inPath };
}

function readDir(dir: string | null, refuse: Refuse): string | null {
  if (dir === null) return null;
  const clean = posix.normalize(dir).replace(/\/$/, "");
  if (clean.startsWith("/") || clean === ".." || clean.startsWith("../") || dir.includes("\\")) {
    throw refuse(`\`dir\` is "${dir}", which is not inside it`, 'give a path such as "lua/lib"');
  }
  return clean === "." || clean === "" ? null : clean;
}

function readAuth(auth: string | null, refuse: Refuse): string | null {
  if (auth === null) return null;
  const found = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(auth);
  if (!found) {
    throw refuse(
      "`auth` does not name an environment variable",
      'write auth = "env:NAME"; a token in the config could be read by everybody who has it',
    );
  }
  return found[1];
}

function splitFragment(text: string): [string, string | null] {
  const hash = text.indexOf("#");
  return hash < 0 ? [text, null] : [text.slice(0, hash), text.slice(hash + 1)];
}

/** What of a repository is meant: a branch, a tag, a revision. */
export function refOf(source: InputSource): string | null {
  return "ref" in source ? source.ref : null;
}
