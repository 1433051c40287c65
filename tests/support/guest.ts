/** A real systemd as process 1 of its own namespaces, over a Debian tree that `scripts/guest` makes. What a test
 * changes lies in memory and is gone with the guest. Needs root; `SYSLUA_TEST_GUEST` names the tree. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { fromFileUrl } from "./paths.ts";
import type { Result } from "./story.ts";

const PROJECT = fromFileUrl(new URL("../..", import.meta.url));
const PERMISSIONS = ["read", "write", "run", "net", "env", "sys"].map((kind) => `--allow-${kind}`);

/** Boots in new namespaces; `$1` is the tree, `$2` a folder for the overlay, the rest is bound read-only. */
const BOOT = `
set -e
tree=$1 over=$2; shift 2
mount --make-rprivate /
mount -t tmpfs tmpfs "$over"
mkdir "$over/upper" "$over/work" "$over/root"
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$over/upper,workdir=$over/work" "$over/root"
root=$over/root
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
while [ $# -gt 0 ]; do
  if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$(dirname "$root$2")"; touch "$root$2"; fi
  mount --bind -o ro "$1" "$root$2"
  shift 2
done
exec chroot "$root" env -i container=docker PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system
`;

/** The Debian tree, or null where this machine has none (or may not use it). */
export function guestTree(): string | null {
  return Deno.uid() === 0 ? Deno.env.get("SYSLUA_TEST_GUEST") ?? null : null;
}

/** A running guest. */
export class Guest {
  readonly #child: Deno.ChildProcess;
  readonly #over: string;
  #init = 0;

  private constructor(child: Deno.ChildProcess, over: string) {
    this.#child = child;
    this.#over = over;
  }

  /** Starts one and waits until its systemd answers. */
  static async boot(tree: string): Promise<Guest> {
    const over = Deno.makeTempDirSync({ prefix: "syslua-guest-" });
    const executable = Deno.env.get("SYS_UNDER_TEST");
    const cache = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
    const binds = executable
      ? [executable, "/opt/sys"]
      : [PROJECT, "/opt/project", dirname(Deno.execPath()), "/opt/deno", cache, "/opt/cache"];
    const flags = ["--pid", "--fork", "--kill-child", "--mount", "--uts", "--ipc", "--cgroup"];
    const child = new Deno.Command("unshare", {
      args: [...flags, "sh", "-c", BOOT, "boot", tree, over, ...binds],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const guest = new Guest(child, over);
    try {
      await guest.#ready();
    } catch (thrown) {
      await guest.close();
      throw thrown;
    }
    return guest;
  }

  /** Runs a line in the guest's shell, as root or as another user. */
  async shell(line: string, how: { readonly user?: string } = {}): Promise<Result> {
    const argv = how.user
      ? ["su", "-", how.user, "-c", `export XDG_RUNTIME_DIR=/run/user/$(id -u); ${line}`]
      : ["sh", "-c", line];
    const output = await new Deno.Command("nsenter", {
      args: ["-t", String(this.#init), "-p", "-m", "-u", "-i", "-r", "-w", "--", ...argv],
      clearEnv: true,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", USER: "root", TERM: "dumb" },
      stdin: "null",
    }).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code: output.code, stdout: decode(output.stdout), stderr: decode(output.stderr) };
  }

  /** Runs `sys`, from source or the executable under test. */
  sys(args: string, how: { readonly user?: string; readonly path?: string } = {}): Promise<Result> {
    const source =
      "DENO_DIR=/opt/cache DENO_NO_UPDATE_CHECK=1 /opt/deno/deno run --quiet --no-check " +
      `--cached-only --config /opt/project/deno.json ${PERMISSIONS.join(" ")} /opt/project/main.ts`;
    const path = how.path === undefined ? "" : `export PATH=${how.path}; `;
    return this.shell(
      `${path}${Deno.env.get("SYS_UNDER_TEST") ? "/opt/sys" : source} ${args}`,
      how,
    );
  }

  /** Writes a file in the guest. */
  async write(path: string, content: string): Promise<void> {
    const text = btoa(String.fromCharCode(...new TextEncoder().encode(content)));
    const { code, stderr } = await this.shell(
      `mkdir -p '${dirname(path)}' && echo ${text} | base64 -d > '${path}'`,
    );
    if (code !== 0) throw new Error(`Cannot write ${path} in the guest: ${stderr}`);
  }

  /** Ends it with all that runs in it. */
  async close(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
    Deno.removeSync(this.#over, { recursive: true });
  }

  async #ready(): Promise<void> {
    const children = `/proc/${this.#child.pid}/task/${this.#child.pid}/children`;
    for (let tries = 0; tries < 1200; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      this.#init = Number(Deno.readTextFileSync(children).trim().split(" ")[0]);
      if (!this.#init) continue;
      const { stdout } = await this.shell("systemctl is-system-running");
      if (/running|degraded/.test(stdout)) return;
    }
    throw new Error("The guest's systemd has not come up within two minutes");
  }
}

/** Declares a test that runs in a guest of its own. */
export function guestTest(name: string, body: (guest: Guest) => Promise<void>): void {
  const tree = guestTree();
  Deno.test({
    name: `${name}${tree ? "" : " (needs root and the tree of scripts/guest)"}`,
    ignore: tree === null,
    fn: async () => {
      const guest = await Guest.boot(tree!);
      try {
        await body(guest);
      } finally {
        await guest.close();
      }
    },
  });
}

/** Runs a line that must succeed, gives its output. */
export async function ok(guest: Guest, line: string, user?: string): Promise<string> {
  const { code, stdout, stderr } = await guest.shell(line, { user });
  assert.equal(code, 0, `${line}\n${stdout}${stderr}`);
  return stdout.trim();
}

/** Runs sys, which must end with a code. */
export async function sys(
  guest: Guest,
  args: string,
  expected = 0,
  user?: string,
): Promise<Result> {
  const result = await guest.sys(args, { user });
  assert.equal(result.code, expected, `sys ${args}\n${result.stdout}${result.stderr}`);
  return result;
}
