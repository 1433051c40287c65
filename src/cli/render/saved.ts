/** Takes what the deletion of a store endangers or has saved, gives its text or its document. */
import type { Deleted, Endangered } from "../../journeys/delete_all.ts";
import { counted } from "./words.ts";

type Result = Pick<Deleted, "endangered" | "saved" | "dangling">;

/** In the document of `sys destroy --store`. */
export function savedDocument({ endangered, saved, dangling }: Result) {
  const all = saved?.saved ?? endangered.map((one) => ({ ...one, name: null }));
  return {
    dangling,
    saved: {
      folder: saved?.folder ?? null,
      originals: all.map(({ number, path, time, name }) => ({ number, path, time, name })),
      others: saved?.others ?? [],
    },
  };
}

/** Every original and edit that only the store holds, or held, a line each; then the links that lead nowhere. */
export function savedLines(result: Result, dryRun: boolean): string[] {
  const { dangling } = result;
  if (dangling.length === 0) return originalLines(result);
  const said = dryRun ? "Would lead nowhere, and stay:" : "These links lead nowhere now:";
  return [...originalLines(result), said, ...dangling.map((path) => `  ${path}`)];
}

function originalLines({ endangered, saved }: Result): string[] {
  if (saved === null) {
    if (endangered.length === 0) return [];
    const count = counted(endangered.length, "original");
    return [
      `Only the store holds ${count}; they would be written to ~/syslua-originals-<time>:`,
      ...endangered.map((one) => `  ${nameOf(one)}`),
    ];
  }
  const { folder, others } = saved;
  return [
    `What only the store held lies in ${folder}:`,
    ...saved.saved.map((one) =>
      one.name === "" ? `  nothing is left of ${nameOf(one)}` : `  ${one.name}  ${nameOf(one)}`
    ),
    ...others.map((path) => `  others/${path}  (not sys.lua's)`),
  ];
}

function nameOf({ path, number }: Endangered): string {
  return `${path ?? "of an unknown path"}${number === null ? "" : ` (original ${number})`}`;
}
