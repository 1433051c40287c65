/** Writes a config into a temporary folder, and evaluates it. */
import { dirname, join } from "node:path";
import { evaluate } from "../../../src/config/evaluate.ts";
import type { Evaluation, EvaluationLimits } from "../../../src/config/types.ts";
import type { Digest } from "../../../src/digest.ts";
import type { InputResolver, ResolvedInput } from "../../../src/inputs/types.ts";
import type { Clock } from "../../../src/system/mod.ts";
import { type Facts, fixedSystem } from "./world.ts";

/** File name → content. */
export type Files = Readonly<Record<string, string>>;

/** How a config is evaluated, where it differs from the usual way. */
export interface Options {
  readonly facts?: Facts;
  readonly limits?: Partial<EvaluationLimits>;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Inputs by key (`pkgs`, `pkgs/x`), as folders below the config's. */
  readonly inputs?: Readonly<Record<string, string>>;
}

export function evaluateFile(entry: string, options: Options = {}): Promise<Evaluation> {
  return evaluate(fixedSystem(options.facts, options.clock), {
    entry,
    resolve: folders(dirname(entry), options.inputs ?? {}),
    limits: { seconds: 20, mebibytes: 256, ...options.limits },
    version: "0.0.0",
    signal: options.signal,
  });
}

/** Evaluates files, gives the outcome to `use`, and removes them. */
export async function withConfig<T>(
  files: Files | string,
  use: (evaluation: Evaluation, dir: string) => T | Promise<T>,
  options: Options = {},
): Promise<T> {
  const dir = Deno.makeTempDirSync({ prefix: "sys-config-" });
  try {
    writeFiles(dir, typeof files === "string" ? { "init.lua": files } : files);
    const evaluation = await evaluateFile(join(dir, "init.lua"), options);
    try {
      return await use(evaluation, dir);
    } finally {
      evaluation.recipes.close();
    }
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

/** A config whose `setup` has this body. */
export function setup(body: string, top = ""): string {
  return `${top}\nreturn { setup = function(inputs)\n${body}\nend }\n`;
}

export function writeFiles(dir: string, files: Files) {
  for (const [name, content] of Object.entries(files)) {
    Deno.mkdirSync(dirname(join(dir, name)), { recursive: true });
    Deno.writeTextFileSync(join(dir, name), content);
  }
}

function folders(dir: string, inputs: Readonly<Record<string, string>>): InputResolver {
  const resolved = Object.entries(inputs).map(([name, folder]): [string, ResolvedInput] => [name, {
    name,
    type: "path",
    path: join(dir, folder),
    rev: null,
    hash: `sha256-${btoa(folder.padEnd(32).slice(0, 32))}` as Digest,
    lastModified: null,
  }]);
  return () => Promise.resolve(new Map(resolved));
}
