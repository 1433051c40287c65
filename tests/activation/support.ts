/** A throw-away home and root with a real store, and the journey from wanted to performed. */
import { join } from "node:path";
import { makePlan, type PlanOptions } from "../../src/plan/plan.ts";
import { approve } from "../../src/plan/approve.ts";
import { NOTHING } from "../../src/plan/wanted.ts";
import type { Plan, Wanted, WantedPath } from "../../src/plan/types.ts";
import { observeSettings } from "../../src/activation/observe_settings.ts";
import { observe } from "../../src/activation/observe.ts";
import { type Outcome, perform } from "../../src/activation/perform.ts";
import type { Adapters } from "../../src/platform/adapters.ts";
import { readCurrent } from "../../src/snapshot/history.ts";
import { openStore } from "../../src/store/store.ts";
import type { Store } from "../../src/store/types.ts";
import { sha256Hex } from "../../src/digest.ts";
import { realSystem } from "../../src/system/real.ts";
import type { System } from "../../src/system/mod.ts";

export const real = realSystem();

/** A home folder, a root, and what can be done with them. */
export class Rig {
  readonly dir = Deno.makeTempDirSync({ prefix: "sys-activation-" });
  readonly home = join(this.dir, "home");
  readonly root = join(this.dir, "root");
  readonly store: Store;

  constructor() {
    Deno.mkdirSync(this.home);
    this.store = openStore(real, this.root);
  }

  /** Removes it all, read-only folders too. */
  [Symbol.dispose]() {
    removeAll(this.dir);
  }

  path(target: string): string {
    return target.replace(/^~/, this.home);
  }

  /** A link to a file with this content in the store. */
  link(target: string, content: string, details: Partial<WantedPath> = {}): WantedPath {
    const object = this.store.addFile(
      target.split("/").at(-1)!,
      new TextEncoder().encode(content),
      false,
    );
    return this.wantedPath(target, { kind: "link", to: this.store.pathOf(object) }, details);
  }

  /** A real file with this content. */
  copy(target: string, content: string, mode = 0o644): WantedPath {
    const bytes = new TextEncoder().encode(content);
    const object = this.store.addFile(target.split("/").at(-1)!, bytes, false);
    return this.wantedPath(target, {
      kind: "file",
      digest: sha256Hex(bytes),
      mode,
      content: this.store.pathOf(object),
    }, { role: "copy" });
  }

  wantedPath(
    target: string,
    state: WantedPath["state"],
    details: Partial<WantedPath> = {},
  ): WantedPath {
    return {
      path: this.path(target),
      target,
      role: "link",
      state,
      pending: false,
      mutable: false,
      force: false,
      by: "test",
      place: null,
      ...details,
    };
  }

  adapters(system: System = real): Adapters {
    return {
      processes: system.processes,
      shell: ["/bin/sh", "-c"],
      environment: { PATH: "/usr/bin:/bin", HOME: this.home },
      home: this.home,
      commandTimeout: 60_000,
      links: "everything",
      become: (_account, command) => command,
      services: {
        unitPath: () => "/nowhere",
        start: () => Promise.resolve(),
        stop: () => Promise.resolve(),
        running: () => Promise.resolve(true),
      },
      settings: { get: () => Promise.resolve(null), set: () => Promise.resolve() },
    };
  }

  async plan(
    wanted: Wanted,
    options: Partial<Pick<PlanOptions, "replace" | "agreed">> = {},
    system: System = real,
    adapters: Partial<Adapters> = {},
  ): Promise<Plan> {
    const current = readCurrent(system.fs, this.root);
    const elsewhere = await observeSettings(
      { ...this.adapters(system), ...adapters },
      wanted,
      current,
    );
    const world = observe(system.fs, wanted, current, new Map(), elsewhere);
    return makePlan(wanted, current, world, {
      root: this.root,
      replace: "none",
      realize: [],
      ...options,
    });
  }

  async apply(
    wanted: Partial<Wanted>,
    options: {
      replace?: PlanOptions["replace"];
      agreed?: PlanOptions["agreed"];
      system?: System;
      description?: string;
      adapters?: Partial<Adapters>;
      signal?: AbortSignal;
    } = {},
  ): Promise<Outcome> {
    const system = options.system ?? real;
    const whole = { ...NOTHING, ...wanted };
    const { replace = "none", agreed } = options;
    const plan = await this.plan(whole, { replace, agreed }, system, options.adapters);
    approve(plan);
    return await perform(system, openStore(system, this.root), {
      root: this.root,
      plan,
      wanted: whole,
      provenance: {
        description: options.description ?? "apply",
        config: { path: null, source: null },
        lock: null,
        derivations: [],
        restores: null,
      },
      adapters: { ...this.adapters(system), ...options.adapters },
      signal: options.signal,
    });
  }

  /** Everything in the home, and in the root but for the store: path → what is there, byte for byte. */
  world(): Record<string, string> {
    return { ...treeOf(this.home), ...treeOf(this.root, ["store", "journal", "originals"]) };
  }

  /** Files of journals that are there. */
  journals(): string[] {
    try {
      return [...Deno.readDirSync(join(this.root, "journal"))].map(({ name }) => name).sort();
    } catch {
      return [];
    }
  }
}

/** What lies below a folder. */
export function treeOf(dir: string, without: string[] = []): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (folder: string, depth: number) => {
    let entries: Deno.DirEntry[];
    try {
      entries = [...Deno.readDirSync(folder)];
    } catch {
      return;
    }
    for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (depth === 0 && without.includes(name)) continue;
      const path = join(folder, name);
      const info = Deno.lstatSync(path);
      const mode = ((info.mode ?? 0) & 0o7777).toString(8);
      if (info.isSymlink) found[path] = `-> ${Deno.readLinkSync(path)}`;
      else if (info.isDirectory) {
        found[path] = `dir ${mode}`;
        walk(path, depth + 1);
      } else found[path] = `${mode} ${Deno.readTextFileSync(path)}`;
    }
  };
  walk(dir, 0);
  return found;
}

/** Removes a tree whose folders may be read-only. */
export function removeAll(path: string) {
  const open = (folder: string) => {
    Deno.chmodSync(folder, 0o755);
    for (const entry of Deno.readDirSync(folder)) {
      if (entry.isDirectory) open(join(folder, entry.name));
    }
  };
  open(path);
  Deno.removeSync(path, { recursive: true });
}
