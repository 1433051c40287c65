/** The program `sops`, for files whose keys are not age's. */
import { SysError } from "../errors.ts";
import { type Host, nativePaths, type Processes } from "../system/mod.ts";
import { badFile } from "./bad_file.ts";
import { formatOf, type Kind } from "./formats/kinds.ts";
import type { Branch } from "./tree.ts";

/** Variables that sops and what it asks for keys may need. */
const PASSED = [
  ...["HOME", "PATH", "USER", "LOGNAME", "LANG", "TERM", "TMPDIR", "XDG_CONFIG_HOME"],
  ...["XDG_RUNTIME_DIR", "GNUPGHOME", "GPG_TTY", "GPG_AGENT_INFO", "SSH_AUTH_SOCK"],
  ...["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY"],
  ...["AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID"],
  ...["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SDK_LOAD_CONFIG"],
  ...["AWS_SHARED_CREDENTIALS_FILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"],
  ...["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CREDENTIALS", "CLOUDSDK_CONFIG"],
  ...["AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID", "AZURE_CONFIG_DIR"],
  ...["VAULT_ADDR", "VAULT_TOKEN", "VAULT_NAMESPACE", "VAULT_CACERT", "HTTPS_PROXY", "NO_PROXY"],
  ...["SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_CMD", "SOPS_GPG_EXEC", "SOPS_KMS_ARN"],
  ...["SOPS_AGE_SSH_PRIVATE_KEY_FILE", "SOPS_PGP_FP", "SYSTEMROOT", "APPDATA"],
  ...["LOCALAPPDATA", "USERPROFILE", "PATHEXT", "COMSPEC", "TEMP", "TMP"],
];

/** Milliseconds: it may have to ask a server, or a person for a passphrase. */
const TIMEOUT = 120_000;

interface World {
  readonly host: Host;
  readonly processes: Processes;
}

/**
 * Has sops decrypt a file, of which nothing but its path is handed over.
 * @param types of keys that could open it
 * @throws SysError where there is no sops, or it can't
 */
export async function decryptBySops(
  { host, processes }: World,
  path: string,
  { kind, types, signal }: {
    readonly kind: Kind;
    readonly types: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<Branch> {
  const named = types.join(", ");
  const program = processes.which("sops", host.env("PATH"));
  if (program === null) {
    throw badFile(
      `none of your age keys opens it; its other keys (${named}) need the program sops, which is not there`,
      "install sops, or have a file encrypted for an age key of yours",
    );
  }
  const env = Object.fromEntries(PASSED.flatMap((name) => {
    const value = host.env(name);
    return value === undefined ? [] : [[name, value]];
  }));
  const native = nativePaths(host.os).toNative(path);
  const argv = [program, "decrypt", "--input-type", kind, "--output-type", kind, native];
  const { code, stdout, timedOut } = await processes.run({ argv, env, signal, timeout: TIMEOUT });
  if (signal.aborted) throw new SysError("interrupted", "Interrupted: nothing was changed");
  if (code === 0) return (await formatOf(kind)).parse(stdout);
  // What sops says may hold parts of the file.
  throw badFile(
    timedOut
      ? `sops did not answer within ${TIMEOUT / 1000} seconds (keys: ${named})`
      : `sops can't decrypt it with its keys of other kinds (${named})`,
    `\`sops decrypt ${path}\` says why`,
  );
}
