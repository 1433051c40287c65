/** Goldens: expected output kept in files, renewed by `deno task golden`. */
import assert from "node:assert/strict";

/** Compares with a golden file, or writes it when `UPDATE_GOLDENS` is set. */
export function checkGolden(path: string, actual: string): void {
  if (Deno.env.get("UPDATE_GOLDENS")) return Deno.writeTextFileSync(path, actual);
  let expected: string;
  try {
    expected = Deno.readTextFileSync(path);
  } catch {
    throw new Error(
      `${path} is missing; \`deno task golden\` writes it. It would hold:\n${actual}`,
    );
  }
  assert.equal(actual, expected);
}
