/** Takes what a build has made, gives the objects that it becomes. */
import { SysError } from "../errors.ts";
import type { Derivation } from "../manifest/types.ts";
import type { ObjectName } from "../store/names.ts";
import type { Outputs } from "../store/outputs.ts";
import type { Compressed, Output } from "../store/types.ts";
import { rightHash } from "./fixed.ts";
import type { RealizeContext } from "./realize_context.ts";

/** What is known of outputs when they become objects. */
export interface Inspected {
  /** What they may refer to. */
  readonly closure: readonly ObjectName[];
  /** What is compressed in them, by their scratch paths. */
  readonly compressed: ReadonlyMap<string, Compressed>;
}

/** @param outputs scratch paths @throws SysError of kind "build" when one was not made, or is not what it has to be */
export function registerOutputs(
  { system, store }: RealizeContext,
  derivation: Derivation,
  outputs: Readonly<Record<string, string>>,
  { closure, compressed }: Inspected,
): Outputs {
  const { fixed, version } = derivation;
  for (const [output, path] of Object.entries(outputs)) {
    if (system.fs.lstat(path) !== null) continue;
    const which = output === "out" ? "ctx.out" : `ctx.outputs.${output}`;
    throw new SysError("build", `it did not make the output "${output}"`, {
      hint: `\`config\` has to write a file or a folder at ${which}`,
    });
  }
  if (fixed === "") throw rightHash(system.fs, outputs[derivation.outputs[0]]);
  const made = store.registerAll(
    Object.entries(outputs).map(([output, scratch]): Output => ({
      scratch,
      name: outputName(derivation, output),
      version,
      candidates: closure,
      compressed: compressed.get(scratch),
      ...(fixed === null ? {} : { expected: fixed }),
    })),
  );
  return Object.fromEntries(derivation.outputs.map((output, n) => [output, made[n]]));
}

/** `out` is called like the derivation, others have the output's name at the end. */
export function outputName({ name }: Derivation, output: string): string {
  return output === "out" ? name : `${name}-${output}`;
}
