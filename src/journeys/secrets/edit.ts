/** Takes a file of secrets, has a person edit what it holds, gives it encrypted again. The plain text is in a file system
 * in memory, in a folder that only this user can enter, and nowhere else. */
import { basename, join } from "node:path/posix";
import { messageOf, SysError } from "../../errors.ts";
import {
  getFromMemory,
  makeMemoryFolder,
  putInMemory,
  removeMemoryFolder,
} from "../../platform/memory_folder.ts";
import { naming } from "../../secrets/bad_file.ts";
import { formatOf, type Kind, kindOf } from "../../secrets/formats/kinds.ts";
import { encryptAgain, encryptNew } from "../../secrets/secret_file.ts";
import { type Branch, branch } from "../../secrets/tree.ts";
import type { System } from "../../system/mod.ts";
import { namedPath } from "../../system/named_path.ts";
import { openSecrets } from "./open.ts";
import { sameTree, timeNow, usableRule, type Written } from "./set.ts";
import { writeSecretFile } from "./write.ts";

/** Who edits. */
export interface Editing {
  /** Lends the terminal to a program; gives its exit code. */
  lend(argv: readonly string[]): Promise<number>;
  /** Whether to edit again what can't be read; without a terminal, no. */
  again(problem: string): Promise<boolean>;
  readonly signal: AbortSignal;
}

/** What is edited, and what becomes of it. */
interface Subject {
  readonly path: string;
  readonly kind: Kind;
  /** Null where the file is new. */
  readonly before: Uint8Array | null;
  readonly tree: Branch;
  encrypt(tree: Branch): Promise<Uint8Array>;
}

/** @throws SysError where the editor fails, or there is no memory for it; the file is as before then */
export async function editSecrets(
  system: System,
  named: string,
  editing: Editing,
): Promise<Written> {
  const subject = await subjectOf(system, named);
  const { path, before } = subject;
  const folder = makeMemoryFolder(system);
  if (folder === null) {
    throw new SysError("io", `Cannot edit ${path}: this machine has no file system in memory`, {
      hint:
        "the plain text would get onto a disk; `sys secrets set` changes one value without that",
    });
  }
  try {
    const tree = await edited(system, subject, { folder, editing });
    const made = before === null;
    if (tree === null) return { path, made: false, changed: false };
    const after = await naming("change", path, () => subject.encrypt(tree));
    await writeSecretFile(system, { path, before, after });
    return { path, made, changed: true };
  } finally {
    removeMemoryFolder(system.fs, folder);
  }
}

async function subjectOf(system: System, named: string): Promise<Subject> {
  const path = namedPath(system.host, named);
  const time = timeNow(system.clock);
  if (system.fs.lstat(path) === null) {
    const rule = await usableRule(system.fs, path);
    const kind = kindOf(path);
    const encrypt = (tree: Branch) => encryptNew(kind, tree, rule, time);
    return { path, kind, before: null, tree: branch([]), encrypt };
  }
  const { file, bytes, kind } = await openSecrets(system, named);
  const encrypt = (tree: Branch) => encryptAgain(file, tree, time);
  return { path, kind, before: bytes, tree: file.tree, encrypt };
}

interface Place {
  readonly folder: string;
  readonly editing: Editing;
}

/** What the person made of it; null where it holds the same. */
async function edited(
  system: System,
  { path, kind, before, tree }: Subject,
  { folder, editing }: Place,
): Promise<Branch | null> {
  const format = await formatOf(kind);
  const text = join(folder, basename(path));
  const first = before === null
    ? new Uint8Array(0)
    : await naming("edit", path, () => format.emit(tree));
  await putInMemory(system, text, first);
  for (;;) {
    await runEditor(editing, editorOf(system.host), text);
    const content = await getFromMemory(system, text);
    if (sameTree(content, first)) return null;
    try {
      const result = format.parse(content);
      return before !== null && sameTree(result, tree) ? null : result;
    } catch (thrown) {
      if (!(thrown instanceof SysError) || thrown.kind !== "config") throw thrown;
      const problem = `What you saved can't be read as ${kind}: ${messageOf(thrown)}`;
      if (await editing.again(problem)) continue;
      throw new SysError("config", `${problem}; ${path} is as before`);
    }
  }
}

async function runEditor({ lend, signal }: Editing, editor: string, path: string): Promise<void> {
  const code = await lend(["/bin/sh", "-c", `${editor} "$1"`, "sh", path]);
  if (signal.aborted) throw new SysError("interrupted", "Interrupted: nothing was changed");
  if (code === 0) return;
  throw new SysError("io", `The editor (${editor}) ended with ${code}: nothing was changed`, {
    hint: "EDITOR says which one to use",
  });
}

/** Vim keeps copies of what it edits in other places, unless it is told not to. */
const NO_COPIES = `-n -i NONE -c "set nobackup nowritebackup noundofile"`;

/** A line of shell. */
function editorOf({ env }: System["host"]): string {
  const editor = env("SOPS_EDITOR") || env("VISUAL") || env("EDITOR") || "vi";
  return /^(\S*\/)?n?vim(\s|$)/.test(editor) ? `${editor} ${NO_COPIES}` : editor;
}
