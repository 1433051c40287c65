/** Ends programs with all that they started, also when sys itself is killed.
 *
 * A guard is a small shell that reads a pipe which only sys can write to. It is told which process groups run and
 * which have ended, and at last that all went well. When the pipe ends without that, sys is dead or wants the programs
 * dead, and the guard kills the groups. What has left its group is known by its environment, where that can be read
 * (Linux). */
import type { Keeper } from "./processes.ts";

/** A text that is in the environment of a program, as `NAME=value` or a part of it, and handed on to all that it
 * starts. */
export type Marker = string;

/** `$@` are grep's options for the markers, if there are any. Marked ones are looked for until there are none: what is
 * dying may still start more. A group dies at once. */
const SCRIPT = `trap '' HUP INT TERM
groups=' '
while read -r word group; do
  case $word in
    done) exit;;
    begun) groups="$groups$group ";;
    ended) groups="\${groups%% $group *} \${groups#* $group }";;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
[ $# -gt 0 ] || exit
for round in 1 2 3 4 5 6 7 8 9 10; do
  found=
  for path in $(grep -lszF "$@" /proc/[0-9]*/environ); do
    pid=\${path#/proc/}
    kill -s KILL "\${pid%/environ}" && found=yes
  done
  [ -n "$found" ] || exit
  sleep 0.05
done`;

/** Watches over programs that have one of some markers. */
export class Guard {
  readonly #shell: Deno.ChildProcess | null;
  readonly #pipe: WritableStreamDefaultWriter<Uint8Array> | null;

  /** To be made before the programs are started: from then on what has a marker ends with sys. */
  constructor(markers: readonly Marker[]) {
    this.#shell = Deno.build.os === "windows" ? null : new Deno.Command("/bin/sh", {
      args: ["-c", SCRIPT, "sh", ...markers.filter(isOneLine).flatMap((text) => ["-e", text])],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      clearEnv: true,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      // Whoever kills the group of sys shall not kill this too.
      detached: true,
    }).spawn();
    this.#pipe = this.#shell?.stdin.getWriter() ?? null;
  }

  /** Takes a program's process group into its care. */
  async adopt(group: number): Promise<void> {
    await this.#say(`begun ${group}`);
  }

  /** The program has ended, and nothing else of it is to be killed. */
  async release(group: number): Promise<void> {
    await this.#say(`ended ${group}`);
  }

  /** Kills what is left of its programs, wherever it is. */
  async kill(): Promise<void> {
    await this.#pipe?.close().catch(() => {});
    await this.#shell?.status;
  }

  /** All have ended, and nothing is to be killed. */
  async dismiss(): Promise<void> {
    await this.#say("done");
    await this.kill();
  }

  async #say(words: string): Promise<void> {
    // A guard that somebody has killed does not listen any more.
    await this.#pipe?.write(new TextEncoder().encode(`${words}\n`)).catch(() => {});
  }
}

/** grep takes each line for a text of its own, which others may have in their environment. */
function isOneLine(text: string): boolean {
  return text !== "" && !text.includes("\n");
}

/** One guard for many programs, each after the other: to start one takes as long as to start a program. */
export class RealKeeper implements Keeper {
  readonly #markers: readonly Marker[];
  #guard: Guard | null = null;

  constructor(markers: readonly Marker[]) {
    this.#markers = markers;
  }

  /** To be called before a program is started: from then on what has a marker ends with sys. */
  begin(): void {
    this.#guard ??= new Guard(this.#markers);
  }

  async adopt(group: number): Promise<void> {
    await this.#guard?.adopt(group);
  }

  async release(group: number): Promise<void> {
    await this.#guard?.release(group);
  }

  /** Kills what is left of its programs. Others may follow. */
  async kill(): Promise<void> {
    const guard = this.#guard;
    this.#guard = null;
    await guard?.kill();
  }

  /** Lets live what is left of its programs. */
  async dismiss(): Promise<void> {
    const guard = this.#guard;
    this.#guard = null;
    await guard?.dismiss();
  }
}
