/** How journeys of tests evaluate: within limits, saying nothing. */
import type { EvaluationRequest } from "../../src/journeys/evaluate.ts";

export const EVALUATION: Omit<EvaluationRequest, "path"> = {
  limits: { seconds: 20, mebibytes: 256 },
  frozen: false,
  program: "this one",
  writeLock: true,
  onFetch: () => {},
  onPrint: () => {},
  signal: new AbortController().signal,
};
