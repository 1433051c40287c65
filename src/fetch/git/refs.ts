/** Branches, tags and revisions by name. */
import { SysError } from "../../errors.ts";

/** Whether a text is a whole commit name, so that no server needs to be asked what it means. */
export function isFullRevision(ref: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(ref);
}

/** The error for a branch or tag that is not there, with some that are. */
export function noSuchRef(
  remote: string,
  ref: string,
  refs: ReadonlyMap<string, string>,
): SysError {
  const names = [...refs.keys()].filter((name) => /^refs\/(heads|tags)\//.test(name))
    .map((name) => name.replace(/^refs\/(heads|tags)\//, "")).filter((name) =>
      !name.endsWith("^{}")
    );
  const shown = names.slice(0, 8).join(", ") + (names.length > 8 ? ", …" : "");
  return new SysError("fetch", `Cannot resolve "${ref}": ${remote} has no such branch or tag`, {
    hint: names.length > 0 ? `it has ${shown}` : "it has no branches and no tags",
  });
}
