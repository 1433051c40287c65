/** A throw-away home and root with a real store, and the journey from wanted to performed. */
import { join } from "node:path";
import { makePlan, type PlanOptions } from "../../src/plan/plan.ts";
import { approve } from "../../src/plan/approve.ts";
import { NOTHING } from "../../src/plan/wanted.ts";
import type { Plan, Wanted, WantedPath } from "../../src/plan/types.ts";
import { observeSettings } from "../../src/activation/observe_settings.ts";
import { observe } from "../../src/activation/observe.ts";
import { asTheirUsers, pathsOfOriginals } from "../../src/activation/their_files.ts";
import { type Outcome, perform } from "../../src/activation/perform.ts";
import type { Adapters } from "../../src/platform/adapters.ts";
import { readCurrent } from "../../src/snapshot/history.ts";
import { openStore } from "../../src/store/store.ts";
import type { Store } from "../../src/store/types.ts";
import { sha256Hex } from "../../src/digest.ts";
import { realSystem } from "../../src/system/real.ts";
import { makeFolders } from "../../src/system/folders.ts";
import { heldMode } from "../../src/system/holds.ts";
import type { LinkSupport } from "../../src/platform/links.ts";
import type { WorldSystem } from "../support/worlds/world.ts";
import type { MemorySystem } from "../../src/system/memory/memory.ts";
import type { FileSystem, ReadFs, System } from "../../src/system/mod.ts";

export const real = realSystem();

/** A home folder, a root, and what can be done with them: on the real disk, or on one in memory. */
export class Rig {
  readonly system: System;
  readonly dir: string;
  readonly home: string;
  readonly root: string;
  readonly store: Store;
  readonly #memory: boolean;
  readonly #links: LinkSupport;

  constructor(memory?: MemorySystem | WorldSystem, onDisk: System = real) {
    this.system = memory ?? onDisk;
    this.#memory = memory !== undefined;
    this.#links = memory && "links" in memory ? memory.links : "everything";
    const own = memory && "below" in memory;
    this.dir = own
      ? `${memory.host.home}/rig`
      : memory
      ? "/rig"
      : Deno.makeTempDirSync({ prefix: "sys-activation-" });
    this.home = join(this.dir, "home");
    this.root = join(this.dir, "root");
    makeFolders(this.system.fs, this.home);
    this.store = openStore(this.system, this.root);
  }

  /** Whether links to files, and such that lead nowhere, can be made. */
  get canLink(): boolean {
    return this.#links === "everything";
  }

  /** Removes it all, read-only folders too. */
  [Symbol.dispose]() {
    if (!this.#memory) removeAll(this.dir);
  }

  path(target: string): string {
    return target.replace(/^~/, this.home);
  }

  /** A link to a file with this content in the store; a copy where none can be made. */
  link(target: string, content: string, details: Partial<WantedPath> = {}): WantedPath {
    if (this.#links === "folders") return this.copy(target, content);
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
      mode: heldMode(this.system.fs.holds, "file", mode),
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

  adapters(system: System = this.system): Adapters {
    return {
      processes: system.processes,
      relabel: () => Promise.resolve(),
      closedShells: () => Promise.resolve([]),
      shell: (line) => ["/bin/sh", "-c", line],
      environment: { PATH: "/usr/bin:/bin", HOME: this.home },
      home: this.home,
      commandTimeout: 60_000,
      links: this.#links,
      become: (_account, command) => command,
      services: {
        unitPath: () => "/nowhere",
        start: () => Promise.resolve(),
        stop: () => Promise.resolve(),
        running: () => Promise.resolve(true),
      },
      settings: {
        get: (_, asked) => Promise.resolve(asked.map(() => ({ value: null }))),
        set: () => Promise.resolve(),
      },
    };
  }

  async plan(
    wanted: Wanted,
    options: Partial<Pick<PlanOptions, "replace" | "agreed">> = {},
    system: System = this.system,
    adapters: Partial<Adapters> = {},
  ): Promise<Plan> {
    const current = readCurrent(system.fs, this.root);
    const elsewhere = await observeSettings(
      { ...this.adapters(system), ...adapters },
      wanted,
      current,
    );
    const paths = [
      ...wanted.paths,
      ...current?.wanted.paths ?? [],
      ...pathsOfOriginals(current?.originals ?? {}),
    ];
    const fs = await asTheirUsers(system.fs, this.root, paths);
    const world = observe(fs, wanted, current, new Map(), elsewhere);
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
    const system = options.system ?? this.system;
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
    const { fs } = this.system;
    return {
      ...treeOf(this.home, [], fs),
      ...treeOf(this.root, ["store", "journal", "originals"], fs),
    };
  }

  /** Files of journals that are there. */
  journals(): string[] {
    const { fs } = this.system;
    const folder = join(this.root, "journal");
    return fs.lstat(folder) === null ? [] : fs.readDir(folder);
  }
}

/** What lies below a folder. */
export function treeOf(
  dir: string,
  without: string[] = [],
  fs: ReadFs = real.fs,
): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (folder: string, depth: number) => {
    if (fs.lstat(folder)?.kind !== "dir") return;
    for (const name of fs.readDir(folder)) {
      if (depth === 0 && without.includes(name)) continue;
      const path = join(folder, name);
      const info = fs.lstat(path)!;
      const mode = info.mode.toString(8);
      if (info.kind === "link") found[path] = `-> ${fs.readLink(path)}`;
      else if (info.kind === "dir") {
        found[path] = `dir ${mode}`;
        walk(path, depth + 1);
      } else found[path] = `${mode} ${new TextDecoder().decode(fs.readFile(path))}`;
    }
  };
  walk(dir, 0);
  return found;
}

/** Makes a file with this content. */
export function writeText(fs: FileSystem, path: string, text: string, mode = 0o644): void {
  const file = fs.create(path, mode);
  file.write(new TextEncoder().encode(text));
  file.close();
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
