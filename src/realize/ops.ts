/** Takes an operation that a recipe asks for, performs it, gives its result. */
import { SysError } from "../errors.ts";
import type { Json } from "../manifest/types.ts";
import type { Operation } from "./operation.ts";
import { OPERATIONS } from "./ops.generated.ts";
import type { BuildContext } from "./build_context.ts";

const operations: Readonly<Record<string, Operation>> = OPERATIONS;

/** Performs an operation. @throws SysError that says what could not be done */
export async function runOperation(
  context: BuildContext,
  op: string,
  given: Readonly<Record<string, Json>>,
): Promise<Json> {
  const operation = Object.hasOwn(operations, op) ? operations[op] : undefined;
  if (operation === undefined) {
    throw new SysError("build", `Cannot call ctx.${op}: there is no such operation`, {
      hint: `there are ${Object.keys(operations).map((name) => `ctx.${name}`).join(", ")}`,
    });
  }
  if (op !== "log") {
    const [first] = [given[Object.keys(operation.args)[0]]].flat();
    const detail = typeof first === "string" ? first : "";
    context.observer({ kind: "op", derivation: context.derivation, op, detail });
  }
  return await operation.perform(context, given) ?? null;
}
