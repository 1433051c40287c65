/** The flags of every command that evaluates a config, and what they ask for. */
import type { EvaluationRequest } from "../journeys/evaluate.ts";
import { type FlagSpec, toggle, value, wholeNumber } from "./command.ts";
import type { Session } from "./session.ts";

export interface EvaluationFlags {
  readonly evalTimeout?: number;
  readonly evalMemory?: number;
  readonly frozen?: boolean;
}

export const EVALUATION_FLAGS: Readonly<Record<string, FlagSpec>> = {
  evalTimeout: value("SECONDS", "stop an evaluation that takes longer (60)", wholeNumber(1)),
  evalMemory: value("MIB", "stop an evaluation that needs more memory (1024)", wholeNumber(16)),
  frozen: toggle("fail rather than change syslua.lock"),
};

/** The argument that names a config. */
export const CONFIG_ARGUMENT = {
  name: "config",
  brief: "a Lua file or a folder with an init.lua; looked for in the usual places by default",
  optional: true,
} as const;

/** What the flags ask for. */
export function evaluationRequest(
  session: Session,
  flags: EvaluationFlags,
  path: string | undefined,
  writeLock: boolean,
): EvaluationRequest {
  return {
    path,
    limits: { seconds: flags.evalTimeout ?? 60, mebibytes: flags.evalMemory ?? 1024 },
    frozen: flags.frozen === true,
    writeLock,
    onFetch: (input, url) => {
      session.timings.trace?.fetch(input, url);
      session.say(`fetching input ${input} from ${url}`);
    },
    onFetched: (input) => session.timings.trace?.fetched(input),
    onPrint: (message) => session.say(message),
    signal: session.signal,
    program: session.identity,
  };
}
