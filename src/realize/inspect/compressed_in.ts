/** Takes the gzip and zip files of outputs, gives what is compressed in them: references to objects, and the outputs' own
 * paths, which are final nowhere but where register can replace them. */
import { byHashPart, type ObjectName } from "../../store/names.ts";
import type { Compressed } from "../../store/types.ts";
import type { Candidate } from "./candidates.ts";
import { scanCompressed } from "./compressed.ts";
import type { Places } from "./places.ts";
import type { Problem } from "./problem.ts";
import { StreamScan } from "./stream_scan.ts";

export class CompressedIn {
  readonly found = new Map<string, Compressed>();
  readonly #objects: ReadonlyMap<string, readonly ObjectName[]>;
  /** Hash parts of the outputs' scratch paths. */
  readonly #own: ReadonlySet<string>;

  constructor(readonly places: Places) {
    const { outputs, objects } = places.subject;
    this.#objects = byHashPart(objects);
    this.#own = new Set(Object.values(outputs).map((path) => path.slice(-32)));
  }

  /** Looks into one; gives what is wrong with it. */
  async look(
    candidate: Candidate,
    how: Parameters<typeof scanCompressed>[3],
  ): Promise<Problem[]> {
    const { subject, fs } = this.places;
    if (subject.fixed) return [];
    const scan = new StreamScan([...this.#objects.keys(), ...this.#own], subject.store);
    const whole = await scanCompressed(fs, candidate, scan, how);
    const references = [...scan.found].flatMap((hash) => this.#objects.get(hash) ?? []);
    this.#add(candidate.path, { references, bound: scan.pathSeen });
    const problems: Problem[] = [];
    if ([...scan.found].some((hash) => this.#own.has(hash))) {
      const text = "keeps the path that the output had during the build: what is compressed " +
        "can't be given the final one";
      problems.push({ text, host: false });
    }
    if (!whole) {
      const text = "unpacks to too much to be looked into: what it refers to is not known";
      problems.push({ text, host: false });
    }
    return problems;
  }

  #add(path: string, { references, bound }: Compressed) {
    if (references.length === 0 && !bound) return;
    const scratch = Object.values(this.places.subject.outputs)
      .find((output) => path === output || path.startsWith(`${output}/`));
    if (scratch === undefined) return;
    const known = this.found.get(scratch);
    this.found.set(scratch, {
      references: [...new Set([...known?.references ?? [], ...references])],
      bound: bound || known?.bound === true,
    });
  }
}
