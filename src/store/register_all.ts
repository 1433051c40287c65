/** Takes all outputs of one build, makes them objects, each after those that it names. */
import { SysError } from "../errors.ts";
import type { ReadFs } from "../system/mod.ts";
import { dumpNar } from "./nar.ts";
import type { ObjectName } from "./names.ts";
import { HashScan } from "./scan.ts";
import type { Output } from "./types.ts";

/**
 * Adopts outputs; the objects come in the order of the outputs.
 * @throws SysError of kind "build" when outputs name each other in a circle: the name of each would depend on its own
 */
export function registerAll(
  fs: ReadFs,
  outputs: readonly Output[],
  register: (output: Output) => ObjectName,
): ObjectName[] {
  const siblings = new Map<string, ObjectName>();
  for (const output of inOrder(fs, outputs)) {
    siblings.set(output.scratch, register({ ...output, siblings: new Map(siblings) }));
  }
  return outputs.map(({ scratch }) => siblings.get(scratch)!);
}

const hashOf = ({ scratch }: Output) => scratch.slice(-32);

/** Names of each of the outputs a file that leads to another. */
function circle(fs: ReadFs, outputs: readonly Output[]): SysError {
  const notes = outputs.flatMap((output) => {
    const others = outputs.filter((other) => other !== output);
    const file = firstThatNames(fs, output.scratch, others.map(hashOf));
    if (file === null) return [];
    const named = others.find((other) => hashOf(other) === file.hash)!;
    return [`${output.name} names ${named.name} in ${file.path.slice(output.scratch.length + 1)}`];
  });
  const names = outputs.map(({ name }) => name).join(", ");
  return new SysError("build", `Cannot store the outputs ${names}: they name each other`, {
    notes,
    hint: "an output's name is made from its content, so one of them must not name the others",
  });
}

function firstThatNames(
  fs: ReadFs,
  path: string,
  hashes: readonly string[],
): { readonly path: string; readonly hash: string } | null {
  if (fs.lstat(path)?.kind === "dir") {
    for (const name of fs.readDir(path)) {
      const found = firstThatNames(fs, `${path}/${name}`, hashes);
      if (found !== null) return found;
    }
    return null;
  }
  const scan = new HashScan(hashes);
  dumpNar(fs, path, () => {}, scan);
  const [hash] = scan.found;
  return hash === undefined ? null : { path, hash };
}

function inOrder(fs: ReadFs, outputs: readonly Output[]): readonly Output[] {
  if (outputs.length < 2) return outputs;
  const waiting = new Map(outputs.map((output) => {
    const others = outputs.filter((other) => other !== output).map(hashOf);
    const scan = new HashScan(others);
    if (fs.lstat(output.scratch) !== null) dumpNar(fs, output.scratch, () => {}, scan);
    return [output, scan.found];
  }));
  const order: Output[] = [];
  while (waiting.size > 0) {
    const next = [...waiting].find(([, needs]) => needs.size === 0)?.[0];
    if (next === undefined) {
      throw circle(fs, [...waiting.keys()]);
    }
    order.push(next);
    waiting.delete(next);
    for (const needs of waiting.values()) needs.delete(hashOf(next));
  }
  return order;
}
