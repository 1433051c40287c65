/** Takes the outputs of a build, refuses names that the runtime can't see.
 *
 * It leaves names that are not UTF-8 out of its lists of folders without a word: they would be part of an object, and
 * not of its hash. `find` sees them. */
import { SysError } from "../errors.ts";
import type { Derivation } from "../manifest/types.ts";
import { FsError, type System } from "../system/mod.ts";
import { removeTree } from "../store/remove.ts";

const PATH = "/usr/bin:/bin";

/** Gives the paths of all that is in the folders among them; null where nobody looked. @throws SysError of kind "build" that shows the name */
export async function refuseUnseen(
  { fs, processes, host }: Pick<System, "fs" | "processes" | "host">,
  derivation: Derivation,
  outputs: readonly string[],
): Promise<string[] | null> {
  const folders = outputs.filter((path) => fs.lstat(path)?.kind === "dir");
  if (folders.length === 0 || host.os === "windows") return null;
  const find = processes.which("find", PATH);
  if (find === null) return null;
  const { stdout } = await processes.run({ argv: [find, ...folders, "-print0"], env: { PATH } });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(stdout).split("\0").slice(0, -1);
  } catch {
    const lossy = new TextDecoder().decode(stdout).split("\0");
    const name = lossy.find((one) => one.includes("\ufffd")) ?? "";
    throw new SysError(
      "build",
      `Cannot store the output of ${derivation.name}: a name is not UTF-8`,
      {
        place: derivation.place,
        notes: folders.reduce((text, folder) => text.replace(`${folder}/`, ""), name).split("\n"),
        hint: "rename the file in `config`",
      },
    );
  }
}

/** Removes trees; where names that the runtime can't see keep them from being empty, by `rm`. */
export async function removeAll(
  { fs, processes }: Pick<System, "fs" | "processes">,
  paths: readonly string[],
): Promise<void> {
  for (const path of paths) {
    try {
      removeTree(fs, path);
    } catch (thrown) {
      const rm = processes.which("rm", PATH);
      if (!(thrown instanceof FsError) || thrown.code !== "ENOTEMPTY" || rm === null) throw thrown;
      await processes.run({ argv: [rm, "-rf", "--", path], env: { PATH } });
    }
  }
}
