/** Takes what is wanted, what the current snapshot says and what the world is like; gives the Plan. Pure.
 *
 * Paths are decided in this order, since each decision may depend on those before it:
 *
 * 1. what sys.lua had put there and is not wanted any more goes, and what was there before comes back;
 * 2. folders that sys.lua made and that are empty then go too;
 * 3. folders that wanted paths lie in are made where they are missing;
 * 4. wanted paths get their state.
 */
import { dirname, join } from "node:path/posix";
import { deferSteps } from "./deferred.ts";
import { FolderPlan } from "./folders.ts";
import { FOLDER, type Move, rankOf, stepsOf } from "./moves.ts";
import { settingSteps } from "./settings.ts";
import { ABSENT, sameState } from "./state.ts";
import type {
  Current,
  Observation,
  PathState,
  Plan,
  PlannedAction,
  Wanted,
  WantedPath,
} from "./types.ts";
import { variableActions } from "./variables.ts";
import { whereKept } from "./where_kept.ts";

/** What the planner is told besides. */
export interface PlanOptions {
  /** `<root>`: made by `perform`, together with the folders above it. */
  readonly root: string;
  /** Targets (as the user wrote them) whose unmanaged or edited content may be replaced. */
  readonly replace: "none" | "all" | ReadonlySet<string>;
  /** By absolute path: content that was agreed to be replaced before. A rollback gives the originals of the
   * snapshot that it goes back to. */
  readonly agreed?: Readonly<Record<string, PathState>>;
  /** Derivations that have to be realized first. */
  readonly realize: Plan["realize"];
}

/** Compares, and says what to do. */
export function makePlan(
  wanted: Wanted,
  current: Current | null,
  world: Observation,
  options: PlanOptions,
): Plan {
  return new Planner(wanted, current, world, options).plan();
}

class Planner {
  readonly #want = new Map<string, WantedPath>();
  readonly #was = new Map<string, WantedPath>();
  readonly #moves = new Map<string, Move>();
  readonly #originals: Record<string, PathState> = {};
  readonly #before: Readonly<Record<string, PathState>>;
  readonly #actions: PlannedAction[] = [];
  readonly #blocked: Plan["blocked"][number][] = [];
  readonly #unmanaged: string[] = [];
  readonly #backups: string[] = [];
  readonly #lost: Plan["lost"][number][] = [];
  readonly #folders: FolderPlan;
  /** Something is to be recorded although nothing is to be done. */
  #recorded = false;

  constructor(
    readonly wanted: Wanted,
    readonly current: Current | null,
    readonly world: Observation,
    readonly options: PlanOptions,
  ) {
    for (const path of wanted.paths) this.#want.set(path.path, path);
    for (const path of current?.wanted.paths ?? []) this.#was.set(path.path, path);
    this.#before = current?.originals ?? {};
    this.#folders = new FolderPlan(this.#want, this.#was, world, options.root);
  }

  plan(): Plan {
    this.#removePaths();
    this.#removeFolders();
    for (const path of this.wanted.paths) this.#decide(path);
    const paths = stepsOf(this.#moves.values());
    const { first, last, actions, changes, originals } = deferSteps(
      this.wanted,
      this.current,
      this.world,
      new Set(this.#moves.keys()),
    );
    const settings = settingSteps(this.wanted, this.current, this.world);
    return {
      version: 1,
      realize: this.options.realize,
      actions: [
        ...this.#actions,
        ...variableActions(this.wanted.env, this.current?.wanted.env ?? {}),
        ...settings.actions,
        ...actions,
      ],
      steps: [...first, ...paths, ...settings.steps, ...last],
      backups: this.#backups,
      unmanaged: this.#unmanaged,
      blocked: [...this.#blocked, ...settings.blocked],
      lost: this.#lost,
      originals: this.#originals,
      settings: { ...settings.originals, ...originals },
      changes: paths.length > 0 || settings.changes || changes || this.#recorded ||
        this.wanted.paths.some((path) => path.pending),
    };
  }

  #removePaths() {
    for (const was of this.#was.values()) {
      if (this.#want.has(was.path) || this.#folders.needed(was.path)) continue;
      if (this.#isInPending(was.path)) continue;
      this.#recorded = true;
      const now = this.#stateOf(was.path);
      const original = this.#before[was.path] ?? ABSENT;
      const remove = (note?: string) =>
        this.#actions.push({
          op: "remove",
          kind: was.role,
          target: was.target,
          ...(note ? { note } : {}),
        });
      if (sameState(now, original)) {
        remove();
      } else if (now.kind !== "absent" && !sameState(now, was.state)) {
        remove(`edited by hand, kept${whereKept(original)}`);
      } else if (this.world.lost.has(was.path)) {
        const why = this.world.lost.get(was.path)!;
        this.#lost.push({ target: was.target, why });
        remove(`the original cannot come back: ${why}`);
        this.#move(was, this.#known(now, was), ABSENT);
      } else {
        if (original.kind !== "absent") {
          const blocked = this.#makeFolder(dirname(was.path), was);
          if (blocked !== null) {
            remove(`the original cannot come back: ${blocked}`);
            continue;
          }
        }
        remove(original.kind === "absent" ? undefined : "the original comes back");
        this.#move(was, this.#known(now, was), original);
      }
    }
  }

  /** Whether it may be part of a folder that is copied from what is not built yet. */
  #isInPending(path: string): boolean {
    for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
      if (this.#want.get(folder)?.pending) return true;
    }
    return false;
  }

  /** Folders that an earlier apply made: gone when nothing is left in them. */
  #removeFolders() {
    const made = Object.keys(this.#before)
      .filter((path) => !this.#was.has(path) && !this.#want.has(path))
      .sort().reverse();
    for (const path of made) {
      const now = this.world.states.get(path) ?? ABSENT;
      if (now.kind !== "dir") continue;
      if (this.#folders.needed(path) || !this.#emptied(path)) {
        this.#originals[path] = this.#before[path];
        continue;
      }
      const after = this.#before[path];
      const owner = after.kind === "absent" ? after.owner : undefined;
      this.#moves.set(path, { path, before: now, after, owner, by: "", rank: FOLDER });
    }
  }

  #emptied(folder: string): boolean {
    const entries = this.world.entries.get(folder);
    return entries !== undefined && entries.every((name) => {
      return this.#moves.get(join(folder, name))?.after.kind === "absent";
    });
  }

  /** Sees to it that a folder is there for something to lie in. Gives the reason where that can't be. */
  #makeFolder(folder: string, path: WantedPath): string | null {
    const verdict = this.#folders.at(folder);
    if (verdict.kind === "blocked") return verdict.why;
    for (const { path: made, before } of verdict.make) {
      if (this.#moves.has(made)) continue;
      const after: PathState = { kind: "dir", mode: modeOfFolder(made) };
      const owner = path.owner;
      const linked = this.#folders.isLinkToSources(made);
      const none = owner ? { ...ABSENT, owner } : ABSENT;
      this.#originals[made] = this.#before[made] ?? (linked ? before : none);
      if (linked) this.#takeLinkOver(made, path);
      this.#moves.set(made, { path: made, before, after, owner, by: path.by, rank: FOLDER });
      const was = this.#was.get(made);
      if (was) this.#actions.push({ op: "remove", kind: was.role, target: was.target });
    }
    return null;
  }

  /** A folder that is a link into what the config reads: files put through it would replace their own sources. */
  #takeLinkOver(folder: string, { role, force }: WantedPath) {
    this.#actions.push({
      op: "replace",
      kind: role,
      target: folder,
      note: "a link into what the config reads becomes a folder",
    });
    const { replace } = this.options;
    const agreed = force || replace === "all" || (replace !== "none" && replace.has(folder));
    if (!agreed) this.#unmanaged.push(folder);
  }

  #decide(path: WantedPath) {
    const blocked = this.#makeFolder(dirname(path.path), path);
    if (blocked !== null) return this.#block(path, blocked);
    const was = this.#was.get(path.path);
    const now = this.#stateOf(path.path);
    const say = (op: PlannedAction["op"], details: Partial<PlannedAction> = {}) =>
      this.#actions.push({ op, kind: path.role, target: path.target, ...details });
    this.#originals[path.path] = this.#before[path.path] ?? (was ? ABSENT : now);

    if (now.kind === "other") {
      return this.#block(path, "neither a file, a folder nor a link can be seen there");
    }
    // What is copied from a build may be a folder whose files go in here; so do the shims of a profile.
    if (now.kind === "dir" && path.pending && ["copy", "profile"].includes(path.role)) {
      return say("update");
    }
    if (now.kind === "dir" && path.state.kind !== "dir" && !this.#emptied(path.path)) {
      return this.#block(path, "a folder with files in it is there");
    }
    const asApplied = was !== undefined && sameState(now, was.state);
    const rewritten = asApplied && this.world.rewritten.has(path.path);
    if (rewritten) {
      this.#recorded = true;
      say("update", { drifted: true, note: "edited through its link" });
      if (this.world.rewritten.get(path.path) !== true) this.#ask(path);
    }
    if (!path.pending && sameState(now, path.state)) {
      if (!rewritten) say("keep");
      if (!was) this.#takeOver(path, now);
      // It came to be so without an apply: the snapshot does not say so yet.
      else if (!sameState(was.state, path.state)) this.#recorded = true;
      return;
    }
    if (path.mutable && now.kind !== "absent") {
      say("keep");
      if (!was) this.#takeOver(path, now);
      return;
    }
    if (now.kind === "absent") {
      say("create", was ? { drifted: true } : {});
    } else if (asApplied) {
      if (!rewritten) say("update");
    } else if (was) {
      say("update", { drifted: true, note: "edited by hand" });
      this.#ask(path);
    } else if (now.kind === "dir") {
      say("replace", { note: "an empty folder is there" });
    } else if (this.world.identical.get(path.path) === true) {
      say("replace", { note: "the same content is there" });
    } else {
      say("replace");
      // What has yet to be built may turn out to be the same.
      if (!path.pending && this.world.identical.has(path.path)) this.#ask(path, now);
    }
    const closed = this.world.closed?.get(path.path);
    if (closed !== undefined) {
      const hint = "run sys as root, or leave it out of the config";
      return this.#block(path, `it needs root: ${closed} is another user's`, hint);
    }
    this.#move(path, this.#known(now, was), path.state);
  }

  /** What sys.lua did not put there, and is as wanted, is managed from now on. */
  #takeOver(path: WantedPath, now: PathState) {
    this.#recorded = true;
    if (now.kind !== "dir") this.#backups.push(path.path);
  }

  #ask(path: WantedPath, now?: PathState) {
    const { replace, agreed = {} } = this.options;
    const before = agreed[path.path];
    if (now && before && sameState(now, before)) return;
    if (path.force || replace === "all") return;
    if (replace !== "none" && replace.has(path.target)) return;
    this.#unmanaged.push(path.target);
  }

  #block(path: WantedPath, why: string, hint?: string) {
    this.#blocked.push({ target: path.target, why, place: path.place, ...(hint ? { hint } : {}) });
  }

  #move(path: WantedPath, before: PathState, after: PathState) {
    if (this.#isUsers(path.path, before)) this.#backups.push(path.path);
    const rank = rankOf(path);
    this.#moves.set(path.path, {
      path: path.path,
      before,
      after,
      owner: path.owner,
      by: path.by,
      rank,
    });
  }

  /** Whether sys.lua has not put it there. */
  #isUsers(path: string, state: PathState): boolean {
    if (state.kind === "absent") return false;
    const was = this.#was.get(path);
    if (was) return !sameState(state, was.state);
    // A folder that an earlier apply made is among the originals, and managed by nobody.
    return state.kind !== "dir" || !(path in this.#before);
  }

  /** The present state, with the place of its content where that is an object already. */
  #known(now: PathState, was: WantedPath | undefined): PathState {
    return was?.state.kind === "file" && sameState(now, was.state) ? was.state : now;
  }

  #stateOf(path: string): PathState {
    return this.#folders.isNew(dirname(path)) ? ABSENT : this.world.states.get(path) ?? ABSENT;
  }
}

/** Folders that hold keys are for their owner alone, as the programs that read them demand. */
function modeOfFolder(path: string): number {
  return /\/\.(ssh|gnupg)$/.test(path) ? 0o700 : 0o755;
}
