/** Ends a program with all that it started, also when sys itself is killed.
 *
 * A guard is a small shell that reads a pipe which only sys can write to. First it is told the process group, then
 * that all went well. When the pipe ends without that, sys is dead or wants the program dead, and the guard kills the
 * group. What has left the group is known by its environment, where that can be read (Linux). */

/** An ordinary name and value of the environment, `NAME=value`, that a program hands on to all that it starts. */
export type Marker = string;

/** `$1` is the marker, or empty. Marked ones are looked for until there are none: what is dying may still start
 * more. A group dies at once. */
const SCRIPT = `trap '' HUP INT TERM
read -r group && read -r word && [ "$word" = done ] && exit
[ -n "$group" ] && kill -s KILL -- "-$group"
[ -n "$1" ] || exit
for round in 1 2 3 4 5 6 7 8 9 10; do
  found=
  for path in $(grep -lszxF -e "$1" /proc/[0-9]*/environ); do
    pid=\${path#/proc/}
    kill -s KILL "\${pid%/environ}" && found=yes
  done
  [ -n "$found" ] || exit
  sleep 0.05
done`;

/** Watches over one program. */
export class Guard {
  readonly #shell: Deno.ChildProcess | null;
  readonly #pipe: WritableStreamDefaultWriter<Uint8Array> | null;

  /** To be made before the program is started: from then on what has the marker ends with sys. */
  constructor(marker: Marker | undefined) {
    this.#shell = Deno.build.os === "windows" ? null : new Deno.Command("/bin/sh", {
      args: ["-c", SCRIPT, "sh", marker ?? ""],
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
    await this.#say(`${group}\n`);
  }

  /** Kills what is left of the program, wherever it is. */
  async kill(): Promise<void> {
    await this.#pipe?.close().catch(() => {});
    await this.#shell?.status;
  }

  /** The program has ended, and nothing else is to be killed. */
  async dismiss(): Promise<void> {
    await this.#say("done\n");
    await this.kill();
  }

  async #say(word: string): Promise<void> {
    // A guard that somebody has killed does not listen any more.
    await this.#pipe?.write(new TextEncoder().encode(word)).catch(() => {});
  }
}
