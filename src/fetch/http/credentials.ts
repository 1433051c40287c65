/** Takes a URL and what the recipe and the user's `.netrc` say, gives the headers that prove who asks. */
import { Buffer } from "node:buffer";
import { join } from "node:path/posix";
import { SysError } from "../../errors.ts";
import type { System } from "../../system/mod.ts";
import { variablePath } from "../../system/named_path.ts";
import { netrcEntry } from "./netrc.ts";

/** `user:password`, a bare token, a whole header value such as `Bearer …`, or the same as a table. */
export type Auth =
  | string
  | { readonly user: string; readonly password: string }
  | { readonly token: string };

/** The value of an `Authorization` header. */
export function authorization(auth: Auth): string {
  if (typeof auth !== "string") {
    return "token" in auth ? `Bearer ${auth.token}` : basic(auth.user, auth.password);
  }
  if (/^[A-Za-z]+ \S/.test(auth)) return auth;
  const colon = auth.indexOf(":");
  return colon < 0 ? `Bearer ${auth}` : basic(auth.slice(0, colon), auth.slice(colon + 1));
}

/** Checks an `auth` option as it came from Lua. */
export function parseAuth(value: unknown): Auth {
  const table = value as Record<string, unknown> | null;
  if (typeof value === "string" && value !== "") return value;
  if (typeof table === "object" && table !== null) {
    if (typeof table.token === "string") return { token: table.token };
    if (typeof table.user === "string" && typeof table.password === "string") {
      return { user: table.user, password: table.password };
    }
  }
  throw new SysError("fetch", "Cannot read `auth`: it is neither a text nor a table", {
    hint: 'give "user:password", a token, { user = …, password = … } or { token = … }',
  });
}

/** Credentials that the user keeps for this URL's host: in the URL itself, else in `.netrc`. */
export function userCredentials(system: Pick<System, "fs" | "host">, url: URL): string | null {
  if (url.username !== "" || url.password !== "") {
    return basic(decodeURIComponent(url.username), decodeURIComponent(url.password));
  }
  const { fs, host } = system;
  const path = variablePath(host, "NETRC") ??
    join(host.home, host.os === "windows" ? "_netrc" : ".netrc");
  if (fs.lstat(path) === null) return null;
  const entry = netrcEntry(new TextDecoder().decode(fs.readFile(path)), url.hostname);
  return entry === null ? null : basic(entry.login, entry.password);
}

/** A URL as it may be shown: without user and password. */
export function shownUrl(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1");
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}
