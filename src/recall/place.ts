/** Where records lie: `<root>/recall/<slot>`, a file for each of the latest commands. */
import { join } from "node:path/posix";
import { hash } from "./looks.ts";

/** Name of the folder, below the root. */
export const RECALL = "recall";

/** What one command is known by. */
export interface CommandKey {
  /** What tells this executable from every other. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Whether output and messages go to a terminal. */
  readonly terminals: readonly boolean[];
}

/** The same as a text. */
export function keyText({ program, args, cwd, terminals }: CommandKey): string {
  return JSON.stringify([program, args, cwd, terminals]);
}

/** The file for a key. Two keys may share one; the later takes it. */
export function slotOf(root: string, key: string): string {
  return join(root, RECALL, hash(key, 0) + hash(key, 1));
}
