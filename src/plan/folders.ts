/** Takes the paths that are wanted, says which folders have to be made for them, and where that can't be. */
import { dirname } from "node:path/posix";
import { ABSENT, sameState } from "./state.ts";
import type { Observation, PathState, WantedPath } from "./types.ts";

/** What is to be done so that a folder is there: nothing, or to make some, the highest first. */
export type Verdict =
  | {
    readonly kind: "fine";
    readonly make: readonly { readonly path: string; readonly before: PathState }[];
  }
  | { readonly kind: "blocked"; readonly why: string };

const FINE: Verdict = { kind: "fine", make: [] };

/** The folders above wanted paths. */
export class FolderPlan {
  readonly #verdicts = new Map<string, Verdict>();
  readonly #needed = new Set<string>();

  constructor(
    readonly want: ReadonlyMap<string, WantedPath>,
    readonly was: ReadonlyMap<string, WantedPath>,
    readonly world: Observation,
    readonly root: string,
  ) {
    for (const path of want.keys()) {
      for (
        let folder = dirname(path);
        !this.#needed.has(folder);
        folder = dirname(folder)
      ) this.#needed.add(folder);
    }
  }

  /** Whether a wanted path lies below it. */
  needed(path: string): boolean {
    return this.#needed.has(path);
  }

  /** Whether the plan makes it anew, so that nothing can be in it. */
  isNew(folder: string): boolean {
    const verdict = this.at(folder);
    return verdict.kind === "fine" && verdict.make.length > 0;
  }

  /** Whether it is a link of the user's that leads into what the config reads. */
  isLinkToSources(folder: string): boolean {
    return this.world.sourceLinks?.has(folder) === true && !this.was.has(folder);
  }

  at(folder: string): Verdict {
    const known = this.#verdicts.get(folder);
    if (known) return known;
    const verdict = this.#judge(folder);
    this.#verdicts.set(folder, verdict);
    return verdict;
  }

  #judge(folder: string): Verdict {
    if (folder === dirname(folder) || folder === this.root || this.root.startsWith(folder + "/")) {
      return FINE;
    }
    const above = this.at(dirname(folder));
    if (above.kind === "blocked") return above;
    const wanted = this.want.get(folder);
    if (wanted && wanted.state.kind !== "dir") {
      return { kind: "blocked", why: `${wanted.target} is wanted as a ${wanted.state.kind} too` };
    }
    const now = above.make.length > 0 ? ABSENT : this.world.states.get(folder) ?? ABSENT;
    const make = (before: PathState): Verdict => ({
      kind: "fine",
      make: [...above.make, { path: folder, before }],
    });
    if (now.kind === "absent") return make(now);
    if (now.kind === "dir") return FINE;
    const was = this.was.get(folder);
    if (was && sameState(now, was.state)) return make(was.state);
    if (this.isLinkToSources(folder)) return make(now);
    if (this.world.folders.has(folder)) return FINE;
    const what = now.kind === "link" ? "a link that leads to no folder" : "no folder";
    return { kind: "blocked", why: `${folder} is ${what}` };
  }
}
