/** Permissions by path, which move with what has them. Pure. */

interface Node {
  mode?: number;
  readonly below: Map<string, Node>;
}

const empty = (): Node => ({ below: new Map() });

export class ModeTree {
  readonly #top = empty();

  /** Undefined where none are known. */
  get(path: string): number | undefined {
    return this.#find(partsOf(path))?.mode;
  }

  set(path: string, mode: number): void {
    this.#make(partsOf(path)).mode = mode;
  }

  /** Forgets what lies at a path, and below it. */
  drop(path: string): void {
    const parts = partsOf(path);
    const name = parts.pop();
    if (name !== undefined) this.#find(parts)?.below.delete(name);
  }

  /** What lay at one path, and below it, lies at another. */
  move(from: string, to: string): void {
    const node = this.#find(partsOf(from));
    this.drop(from);
    this.drop(to);
    const parts = partsOf(to);
    const name = parts.pop();
    if (node !== undefined && name !== undefined) this.#make(parts).below.set(name, node);
  }

  #find(parts: readonly string[]): Node | undefined {
    let node: Node | undefined = this.#top;
    for (const part of parts) {
      node = node.below.get(part);
      if (node === undefined) break;
    }
    return node;
  }

  #make(parts: readonly string[]): Node {
    let node = this.#top;
    for (const part of parts) {
      let next = node.below.get(part);
      if (next === undefined) node.below.set(part, next = empty());
      node = next;
    }
    return node;
  }
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}
