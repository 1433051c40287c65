/** Takes objects, gives those that are not what their names say. */
import { messageOf, SysError } from "../errors.ts";
import type { ReadFs, System } from "../system/mod.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import { type EntryChange, entryChanges } from "./entries.ts";
import { examine, fits } from "./identity.ts";
import { objectNames } from "./list.ts";
import { hashPart, type ObjectName } from "./names.ts";
import { type ObjectRecord, readRecord } from "./record.ts";

/** Something wrong with an object. */
export interface Problem {
  readonly object: ObjectName;
  /** `content`: it has to be made again. `form` (times, permissions, inodes) and `record`: `mendObject` can put it right.
   * `closed`: it may not be read, so what it is can't be told before `openObject`. `missing`: it, or an object that it refers to, is not there. */
  readonly kind: "content" | "form" | "record" | "closed" | "missing";
  /** For people. */
  readonly problem: string;
  /** Object that has to be made again. */
  readonly lost: ObjectName | null;
}

export interface VerifyOptions {
  /** Only these; all otherwise. */
  readonly objects?: readonly ObjectName[];
  readonly onProgress?: (progress: { done: number; total: number; object: ObjectName }) => void;
  readonly signal?: AbortSignal;
}

/** Milliseconds of work between two looks at what else happens: signals, the progress line. */
const YIELD_EVERY = 50;
/** Entries of one object that a problem names. */
const MOST_LISTED = 10;

/** Reads objects and compares them with their names and records. */
export async function verifyObjects(
  { fs, clock }: Pick<System, "fs" | "clock">,
  root: string,
  options: VerifyOptions = {},
): Promise<Problem[]> {
  const layout = layoutOf(root);
  const all = new Set(objectNames(fs, layout));
  const objects = options.objects ?? [...all];
  const problems: Problem[] = [];
  let last = clock.monotonic();
  for (const [done, object] of objects.entries()) {
    options.onProgress?.({ done, total: objects.length, object });
    problems.push(...verifyObject(fs, layout, object, all));
    if (clock.monotonic() - last < YIELD_EVERY) continue;
    await clock.sleep(0, options.signal);
    last = clock.monotonic();
  }
  return problems;
}

function verifyObject(
  fs: ReadFs,
  layout: Layout,
  object: ObjectName,
  all: ReadonlySet<ObjectName>,
): Problem[] {
  const problem = (kind: Problem["kind"], text: string, lost: ObjectName | null = null) => ({
    object,
    kind,
    problem: text,
    lost,
  });
  if (!all.has(object)) return [problem("missing", "it is not there", object)];
  if (isClosed(fs, objectPath(layout, object))) return [problem("closed", "it may not be read")];
  const record = readRecord(fs, layout, object);
  const problems = (record?.references ?? []).filter((other) => !all.has(other))
    .map((other) => problem("missing", `it refers to ${other}, which is not there`, other));
  const different = record ? entryChanges(fs, objectPath(layout, object), record.entries) : [];
  const content = contentProblem(fs, layout, object, record);
  if (content !== null) problems.push(problem("content", content + listed(different), object));
  else if (record === null) problems.push(problem("record", "its record is missing or damaged"));
  else if (different.length > 0) {
    const text = `its times, permissions or inodes were changed${listed(different)}`;
    problems.push(problem("form", text));
  }
  return problems;
}

/** Whether some of it may not be read by its owner, who alone can change that. */
function isClosed(fs: ReadFs, path: string): boolean {
  const info = fs.lstat(path);
  if (info === null || info.kind === "link") return false;
  const needed = info.kind === "dir" ? 0o500 : 0o400;
  if ((info.mode & needed) !== needed) return true;
  return info.kind === "dir" && fs.readDir(path).some((name) => isClosed(fs, `${path}/${name}`));
}

function contentProblem(
  fs: ReadFs,
  layout: Layout,
  object: ObjectName,
  known: ObjectRecord | null,
): string | null {
  let found: ReturnType<typeof examine>;
  try {
    found = examine(fs, layout, object, known);
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
    return `it can't be read (${messageOf(thrown)})`;
  }
  if (found.hash !== hashPart(object)) return "its content was changed";
  if (known !== null && found.self !== known.self) {
    return `its content was changed: it names itself ${found.self} times, not ${known.self}`;
  }
  return fits(object, found, known) ? null : "its content was changed: it names other roots";
}

/** The first of the entries that differ, in words. */
function listed(different: readonly EntryChange[]): string {
  const some = different.slice(0, MOST_LISTED).map(({ below, change }) =>
    `${below === "" ? "itself" : below.slice(1)} ${change}`
  );
  if (different.length > MOST_LISTED) some.push(`${different.length - MOST_LISTED} more`);
  return some.length === 0 ? "" : ` (${some.join(", ")})`;
}
