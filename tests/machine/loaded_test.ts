/** Every command takes a lock, and most undo nothing: what undoes is loaded only where there is something to undo. */
import assert from "node:assert/strict";
import { fromFileUrl } from "../support/paths.ts";

const SRC = new URL("../../src/", import.meta.url);

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly isDynamic?: boolean;
    readonly code?: { readonly specifier?: string };
  }[];
}

/** Files below `src/` that are loaded together with one. */
async function loadedWith(file: string): Promise<string[]> {
  const root = new URL(file, SRC).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", root],
    cwd: fromFileUrl(SRC),
    stderr: "null",
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] };
  const bySpecifier = new Map(modules.map((module) => [module.specifier, module]));
  const seen = new Set<string>();
  const visit = (specifier: string) => {
    if (seen.has(specifier)) return;
    seen.add(specifier);
    for (const { isDynamic, code } of bySpecifier.get(specifier)?.dependencies ?? []) {
      if (!isDynamic && code?.specifier !== undefined) visit(code.specifier);
    }
  };
  visit(root);
  const ours = [...seen].filter((one) => one.startsWith(SRC.href));
  return ours.map((one) => one.slice(SRC.href.length));
}

Deno.test("loaded: a lock is taken without what undoes and performs", async () => {
  const loaded = await loadedWith("machine/lock.ts");
  assert.ok(loaded.includes("activation/journal.ts"), loaded.join(" "));
  for (const one of ["undo", "recover", "perform", "originals", "hold", "path_step"]) {
    assert.ok(!loaded.includes(`activation/${one}.ts`), one);
  }
});
