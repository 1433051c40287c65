/** Collects paths that steps have changed, and has them labelled before anything else uses them. */
import { join } from "node:path/posix";
import type { Step } from "../plan/types.ts";
import type { Adapters } from "../platform/adapters.ts";

export class Labelling {
  readonly #adapters: Pick<Adapters, "relabel">;
  /** What lies there is sys.lua's own, and keeps the label of its folder. */
  readonly #root: string;
  #paths: string[] = [];

  constructor(adapters: Pick<Adapters, "relabel">, root: string) {
    this.#adapters = adapters;
    this.#root = join(root, "/");
  }

  /** After a path step that was done, or undone. */
  add({ path }: Extract<Step, { kind: "path" }>): void {
    if (!path.startsWith(this.#root)) this.#paths.push(path);
  }

  /** Before a step that is no path step, and at the end. */
  async flush(): Promise<void> {
    const paths = this.#paths;
    this.#paths = [];
    if (paths.length > 0) await this.#adapters.relabel(paths);
  }
}
