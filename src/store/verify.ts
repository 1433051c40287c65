/** Takes objects, gives those that are not what their names say. */
import { shortHash } from "../digest.ts";
import { messageOf, SysError } from "../errors.ts";
import type { ReadFs, System } from "../system/mod.ts";
import { type Layout, layoutOf, objectPath } from "./layout.ts";
import { objectNames } from "./list.ts";
import { hashPart, type ObjectName } from "./names.ts";
import { type ObjectRecord, readRecord } from "./record.ts";
import { hashObject, lookAt } from "./seal.ts";

/** Something wrong with an object. */
export interface Problem {
  readonly object: ObjectName;
  /** `content`: it has to be made again. `form` (times, permissions) and `record`: `mendObject` can put it right.
   * `missing`: it, or an object that it refers to, is not there. */
  readonly kind: "content" | "form" | "record" | "missing";
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

  let record: ObjectRecord | null;
  try {
    record = readRecord(fs, layout, object);
  } catch (thrown) {
    if (!(thrown instanceof SysError) || thrown.kind !== "store") throw thrown;
    return [problem("record", messageOf(thrown))];
  }
  const path = objectPath(layout, object);
  if (record === null && fs.lstat(path)?.kind === "dir") {
    return [problem("record", "its record is missing")];
  }
  const look = lookAt(fs, path);
  const problems = (record?.references ?? []).filter((other) => !all.has(other))
    .map((other) => problem("missing", `it refers to ${other}, which is not there`, other));
  const content = contentProblem(fs, layout, object, record?.self ?? 0);
  if (content !== null) {
    problems.push(problem("content", content + whatChanged(record, look), object));
  } else if (look.touched.length > 0) {
    const paths = look.touched.map((below) => `${object}${below}`).join(", ");
    problems.push(problem("form", `its times or permissions were changed: ${paths}`));
  }
  return problems;
}

function contentProblem(
  fs: ReadFs,
  layout: Layout,
  object: ObjectName,
  selves: number,
): string | null {
  let found: ReturnType<typeof hashObject>;
  try {
    found = hashObject(fs, layout, object);
  } catch (thrown) {
    if (!(thrown instanceof SysError)) throw thrown;
    return `it can't be read (${messageOf(thrown)})`;
  }
  if (shortHash(found.digest) !== hashPart(object)) return "its content was changed";
  if (found.self !== selves) {
    return `its content was changed: it names itself ${found.self} times, not ${selves}`;
  }
  return null;
}

/** What the record and the times tell about a change. */
function whatChanged(record: ObjectRecord | null, look: ReturnType<typeof lookAt>): string {
  const hints: string[] = [];
  if (record && look.entries < record.entries) {
    hints.push(`${record.entries - look.entries} entries are missing`);
  }
  if (record && look.entries > record.entries) {
    hints.push(`${look.entries - record.entries} entries are new`);
  }
  if (record && look.bytes !== record.bytes) {
    hints.push(`${look.bytes} bytes instead of ${record.bytes}`);
  }
  if (record && look.executables !== record.executables) {
    hints.push(`${look.executables} executable files instead of ${record.executables}`);
  }
  const touched = look.touched.filter((below) => below !== "").slice(0, 10);
  if (touched.length > 0) hints.push(`touched: ${touched.map((p) => p.slice(1)).join(", ")}`);
  return hints.length === 0 ? "" : ` (${hints.join("; ")})`;
}
