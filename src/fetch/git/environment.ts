/** Takes the user's environment, gives the part that git needs to reach repositories as the user would. */
import { Buffer } from "node:buffer";
import type { Host } from "../../system/mod.ts";

const PASSED = [
  // Where it finds its programs, configuration, keys and agents.
  ...["PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"],
  ...["XDG_RUNTIME_DIR", "SSH_AUTH_SOCK", "SSH_AGENT_PID", "GNUPGHOME", "KRB5CCNAME"],
  ...["DBUS_SESSION_BUS_ADDRESS", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"],
  // How it asks for a password without a terminal.
  ...["SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "GIT_ASKPASS", "DISPLAY", "WAYLAND_DISPLAY"],
  ...["GH_TOKEN", "GITHUB_TOKEN", "GITLAB_TOKEN"],
  // How it reaches the network.
  ...["GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_SSL_CAINFO", "SSL_CERT_FILE"],
  ...["SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy"],
  ...["https_proxy", "all_proxy", "no_proxy"],
  // What programs need at all on Windows.
  ...["SystemRoot", "ComSpec", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "HOMEDRIVE", "HOMEPATH"],
  ...["APPDATA", "LOCALAPPDATA", "ProgramData", "ProgramFiles"],
];

/** Environment for a git that fails where it would ask on the terminal: programs that sys runs have none.
 * A token is sent to the remote's own server only, and stands in no argument, where `ps` would show it. */
export function gitEnvironment(
  host: Host,
  auth: { readonly remote: string; readonly token: string } | null,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of PASSED) {
    const value = host.env(name);
    if (value !== undefined) env[name] = value;
  }
  return {
    ...env,
    GIT_TERMINAL_PROMPT: "0",
    // `ext::` and its like run programs.
    GIT_ALLOW_PROTOCOL: "https:http:ssh:git:file",
    LC_ALL: "C.UTF-8",
    ...(auth === null ? {} : credentials(new URL(auth.remote).origin, auth.token)),
  };
}

/** A credential helper for one server. A header set by `http.<url>.extraHeader` would follow redirects to
 * others; helpers are asked anew for each server. */
function credentials(origin: string, token: string): Record<string, string> {
  const helper = `credential.${origin}.helper`;
  const answer = 'printf "username=%s\\npassword=%s\\n" x-access-token "$SYSLUA_GIT_TOKEN"';
  return {
    GIT_CONFIG_COUNT: "2",
    // An empty value takes the user's own helpers out, for this server.
    GIT_CONFIG_KEY_0: helper,
    GIT_CONFIG_VALUE_0: "",
    GIT_CONFIG_KEY_1: helper,
    GIT_CONFIG_VALUE_1: `!f() { test "$1" = get && ${answer}; }; f`,
    SYSLUA_GIT_TOKEN: token,
  };
}

/** How the forges take a token over HTTP. */
export function basicAuth(token: string): string {
  return `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
}
