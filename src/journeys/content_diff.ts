/** Takes targets, shows how what is there differs from what is wanted there. */
import type { Machine } from "../machine/open.ts";
import type { WantedPath } from "../plan/types.ts";
import type { LocatedManifest } from "./evaluate.ts";
import { type ConfigProposal, withoutEdited, withSources } from "./propose.ts";

/** A patch for each target; files that are not text are only named. */
export async function contentDiff(
  here: Machine,
  located: LocatedManifest,
  proposal: Pick<ConfigProposal, "bounds" | "current">,
  targets: readonly string[],
): Promise<string> {
  const machine = withSources(withoutEdited(here, proposal.current), located);
  const { createTwoFilesPatch } = await import("diff");
  const paths = proposal.bounds.flatMap(({ wanted }) => wanted.paths);
  return paths.filter(({ target }) => targets.includes(target)).map((path) => {
    const old = textAt(machine, path.path);
    const now = wantedText(machine, proposal, path);
    if (old === null || now === null) return `${path.target}: not a text\n`;
    return createTwoFilesPatch(path.target, path.target, old, now, "as it is", "as it would be");
  }).join("\n");
}

/** The text that a path would have: of a file that is made for it, or of what it links to. */
function wantedText(
  machine: Machine,
  { bounds }: Pick<ConfigProposal, "bounds">,
  { state }: WantedPath,
): string | null {
  const from = state.kind === "link" ? state.to : state.kind === "file" ? state.content : undefined;
  if (from === undefined) return null;
  const file = bounds.flatMap(({ files }) => files).find(({ path }) => path === from);
  return file ? decode(file.content) : textAt(machine, from);
}

/** The text of a file, or of what a link leads to; null where there is none. */
function textAt({ system: { fs } }: Machine, path: string): string | null {
  try {
    return decode(fs.readFile(path));
  } catch {
    return null;
  }
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
