/** Takes targets with a user's own content, puts that content into the config that would replace it. */
import { dirname, join } from "node:path";
import { SysError } from "../errors.ts";
import type { Evaluated } from "./evaluate.ts";
import type { Machine } from "../machine/open.ts";
import { sourcePlaceholder } from "../manifest/placeholder.ts";
import { normalizeTarget } from "../manifest/target.ts";
import type { ReadFs } from "../system/mod.ts";
import { sourcePath } from "./sources.ts";

/** Copies each file over the source in the config's folder that it is made from. The config has to be evaluated
 * anew afterwards.
 * @throws SysError of kind "unmanaged" when one is not made from a file of the config: nothing was copied */
export function adoptFiles(
  { system, places }: Machine,
  evaluated: Evaluated,
  targets: readonly string[],
): void {
  const { fs } = system;
  const pairs = targets.map((target) => {
    const source = sourceOf(fs, evaluated, target);
    if (source !== null) return { from: absolute(target, places.home), to: source };
    throw new SysError("unmanaged", `Cannot adopt ${target}: no file of the config stands for it`, {
      hint: "put its content into the config by hand, or choose to replace or to skip it",
    });
  });
  for (const { from, to } of pairs) {
    const beside = join(dirname(to), `.${system.host.pid}.syslua-adopted`);
    const file = fs.create(beside, fs.lstat(to)?.mode ?? 0o644);
    try {
      file.write(fs.readFile(from));
      file.sync();
    } finally {
      file.close();
    }
    fs.rename(beside, to);
  }
}

/** The file of the config that a target is made from. */
function sourceOf(fs: ReadFs, evaluated: Evaluated, target: string): string | null {
  const wanted = normalizeTarget(target, null);
  for (const action of evaluated.manifest.activations.flatMap(({ actions }) => actions)) {
    if (action.kind !== "link" && action.kind !== "copy") continue;
    if (action.target !== wanted || !("path" in action.source)) continue;
    const { path } = action.source;
    const source = evaluated.manifest.sources.find(({ id }) =>
      path.startsWith(sourcePlaceholder(id))
    );
    if (source?.root !== "config") return null;
    return sourcePath(fs, evaluated, source) + path.slice(sourcePlaceholder(source.id).length);
  }
  return null;
}

function absolute(target: string, home: string): string {
  return target.startsWith("~/") ? join(home, target.slice(2)) : target;
}
