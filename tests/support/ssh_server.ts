/** A real sshd on loopback, for the user who runs the tests, with keys of its own. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A running server. */
export interface SshServer {
  readonly port: number;
  readonly user: string;
  /** What `GIT_SSH_COMMAND` has to be, to get in. */
  readonly command: string;
  stop(): Promise<void>;
}

const SSHD = "/usr/sbin/sshd";

/** Why there can't be one here; null when there can. */
export function noSshServer(): string | null {
  if (Deno.build.os !== "linux") return "sshd is started on Linux only";
  try {
    Deno.statSync(SSHD);
  } catch {
    return "there is no sshd";
  }
  const account = readFileSync("/etc/passwd", "utf8").split("\n")
    .map((line) => line.split(":")).find((fields) => Number(fields[2]) === Deno.uid());
  if (!account) return "this user has no account";
  return /nologin$|false$/.test(account[6]) ? "this user may not log in" : null;
}

/** Starts it with its files in an empty folder. */
export async function startSshServer(folder: string): Promise<SshServer> {
  for (const name of ["host", "user"]) {
    const args = ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", join(folder, name)];
    await new Deno.Command("ssh-keygen", { args }).output();
  }
  writeFileSync(join(folder, "authorized"), readFileSync(join(folder, "user.pub")));
  const { stdout } = await new Deno.Command("id", { args: ["-un"] }).output();
  const user = new TextDecoder().decode(stdout).trim();
  for (let attempt = 0; attempt < 5; attempt++) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    writeFileSync(join(folder, "config"), configuration(folder, port));
    rmSync(join(folder, "log"), { force: true });
    const child = new Deno.Command(...command(folder)).spawn();
    const stop = async () => {
      try {
        Deno.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended already.
      }
      await child.status;
    };
    if (await listens(folder, child)) {
      const known = `-o UserKnownHostsFile=${
        join(folder, "known")
      } -o StrictHostKeyChecking=accept-new`;
      const ssh = `ssh -F none -i ${join(folder, "user")} -o IdentitiesOnly=yes ${known}`;
      return { port, user, command: ssh, stop };
    }
    await stop();
  }
  throw new Error(`sshd did not start:\n${readFileSync(join(folder, "log"), "utf8")}`);
}

function configuration(folder: string, port: number): string {
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(folder, "host")}`,
    `AuthorizedKeysFile ${join(folder, "authorized")}`,
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "PermitRootLogin prohibit-password",
    "",
  ].join("\n");
}

/** Root's sshd wants a folder below /run, which it is given in a mount namespace of its own. */
function command(folder: string): [string, Deno.CommandOptions] {
  const server = `exec ${SSHD} -D -E '${join(folder, "log")}' -f '${join(folder, "config")}'`;
  const streams = { stdin: "null", stdout: "null", stderr: "null", detached: true } as const;
  return Deno.uid() === 0
    ? ["unshare", {
      args: ["--mount", "sh", "-c", `mount -t tmpfs none /run && mkdir /run/sshd && ${server}`],
      ...streams,
    }]
    : ["sh", { args: ["-c", server], ...streams }];
}

/** Waits until it says that it listens, or has ended: somebody else may answer at the port, too. */
async function listens(folder: string, child: Deno.ChildProcess): Promise<boolean> {
  let ended = false;
  child.status.then(() => ended = true);
  for (;;) {
    const said = existsSync(join(folder, "log")) ? readFileSync(join(folder, "log"), "utf8") : "";
    if (/^Server listening on /m.test(said)) return true;
    if (ended) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
