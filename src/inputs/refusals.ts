/** Takes an input that can't be resolved, gives the error that says so. */
import { SysError } from "../errors.ts";
import type { LockedInput } from "./lock.ts";
import type { InputOptions } from "./resolve_options.ts";
import type { Input, InputSource } from "./spec.ts";
import { refOf } from "./spec.ts";
import type { InputSpec } from "./types.ts";

type FetchedSource = Exclude<InputSource, { type: "path" }>;

/** @throws SysError for a name that no input has */
export function checkUpdate(
  update: InputOptions["update"],
  declared: Readonly<Record<string, InputSpec>>,
) {
  if (update === undefined || update === "all") return;
  for (const name of update) {
    if (name.split("/")[0] in declared) continue;
    throw new SysError("input", `Cannot update "${name}": the config has no such input`, {
      hint: listed(declared),
    });
  }
}

/** @throws SysError where the lock has another source */
export function checkSame(key: string, locked: LockedInput, source: FetchedSource) {
  const ref = refOf(source);
  if (locked.type === source.type && locked.url === source.url && locked.ref === ref) return;
  const show = (url: string, ref: string | null) => ref === null ? url : `${url}#${ref}`;
  throw new SysError(
    "input",
    `Cannot use input "${key}": the config says ${show(source.url, ref)}, ` +
      `the lock says ${show(locked.url, locked.ref)}`,
    { hint: `\`sys update ${key}\` locks what the config says` },
  );
}

/** Another content than the lock says. */
export function mismatch(key: string, expected: LockedInput, found: string): SysError {
  return new SysError("input", `Cannot use input "${key}": its content is not what the lock says`, {
    notes: [`locked:  ${expected.hash}`, `fetched: ${found}`],
    hint: `if you trust ${expected.url} with the new content, run \`sys update ${key}\``,
  });
}

/** A lock that would change. */
export function frozen(keys: readonly string[]): SysError {
  const names = keys.map((key) => `"${key}"`).join(", ");
  return new SysError("input", `Cannot change the lock: it does not fit ${names}, and is frozen`, {
    hint: "run `sys update` or `sys apply` without --frozen, and commit syslua.lock",
  });
}

/** An input that can't be used. */
export function refused(input: Input, why: string, hint?: string): SysError {
  return new SysError("input", `Cannot use input "${input.name}": ${why}`, {
    ...(hint === undefined ? {} : { hint }),
    ...(input.spec.place ? { place: input.spec.place } : {}),
  });
}

/** The same error as one about this input, with the place of its entry. */
export function placed(error: unknown, { spec, name }: Input): unknown {
  const about = error instanceof SysError && ["input", "fetch", "build"].includes(error.kind);
  if (!about) return error;
  const { message, hint, notes } = error;
  const place = error.place ?? spec.place;
  const said = message.includes(`"${name}"`) ? message : `${message} (input "${name}")`;
  return new SysError("input", said, {
    notes,
    cause: error,
    ...(place ? { place } : {}),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The inputs that there are, in words. */
export function listed(declared: Readonly<Record<string, InputSpec>>): string {
  const names = Object.keys(declared).sort();
  return names.length > 0 ? `there are: ${names.join(", ")}` : "it declares no inputs";
}
