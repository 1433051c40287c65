/** A disk of one's own, in a mount namespace that only a test sees. */
import type { Result, Story } from "./story.ts";
import { sysArgv } from "./story.ts";

/** Whether a mount namespace can be had here: as root, outside of narrow containers. */
export function canMount(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    const args = ["-m", "sh", "-c", "mount -t tmpfs -o size=1m none /tmp && nsenter --version"];
    return new Deno.Command("unshare", { args, stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

/** A small disk that is mounted in the namespace of a process. */
export class Mounted {
  /** Where its top is seen from outside. */
  readonly path: string;

  constructor(readonly pid: number, readonly top: string) {
    this.path = `/proc/${pid}/root${top}`;
  }

  /** Runs `sys` there, at the top. */
  sys(story: Story, args: readonly string[]): Promise<Result> {
    return story.shell(this.line(sysLine(args)), { unseen: true });
  }

  /** A line for a shell that runs another one there, in place of the shell. */
  line(line: string): string {
    const inner = `cd ${this.top} && ${line}`.replaceAll("'", `'\\''`);
    return `exec nsenter -t ${this.pid} -m -- sh -c '${inner}'`;
  }

  /** Fills it but for so many bytes. Gives what frees it again. */
  fill(left: number): () => void {
    const filler = `${this.path}/filler`;
    using file = Deno.openSync(filler, { write: true, create: true });
    let size = 0;
    try {
      for (;;) size += file.writeSync(new Uint8Array(4096));
    } catch {
      file.truncateSync(Math.max(0, size - left));
    }
    return () => Deno.removeSync(filler);
  }
}

/** Does something with an empty disk of a size (`8m`) mounted on a folder. */
export async function withMounted<T>(
  top: string,
  size: string,
  body: (mounted: Mounted) => Promise<T>,
): Promise<T> {
  const line = `mount -t tmpfs -o size=${size} none '${top}' && echo mounted && exec cat`;
  const child = new Deno.Command("unshare", {
    args: ["-m", "sh", "-c", line],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  try {
    return await body(new Mounted(child.pid, top));
  } finally {
    await child.stdin.close();
    await reader.cancel();
    await child.status;
  }
}

/** A line for a shell that runs `sys` in place of the shell. */
export function sysLine(args: readonly string[]): string {
  return `exec ${sysArgv(args).map((word) => `'${word}'`).join(" ")}`;
}
