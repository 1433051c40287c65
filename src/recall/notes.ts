/** What a command has looked at, and whether it can be remembered. */
import { dirname, resolve } from "node:path";
import type { FileInfo, System } from "../system/mod.ts";
import { answerOf, contentText, infoText, type LookKind, NOTHING } from "./looks.ts";
import type { Look } from "./record.ts";

/** What came of noting. */
export interface Notes {
  /** Null where what was done can't be told by looks alone. */
  looks(): readonly Look[] | null;
}

/** Seconds in which two changes may get the same time: the runtime tells whole ones, some file systems every second. */
const TICK = 2;

/** More looks than these would take as long as the command. */
const MOST_LOOKS = 500_000;

/** What a record can't have in a name. */
const BREAKS = /[\n\t]/;

/** Links that a path may lead over. */
const MOST_LINKS = 40;

/** Notes looks as they are done. */
export class Noting implements Notes {
  readonly #world: System;
  readonly #looks = new Map<string, string>();
  /** Seconds since the epoch. */
  readonly #since: number;
  #spoiled = false;

  constructor(world: System) {
    this.#world = world;
    this.#since = world.clock.now().getTime() / 1000;
  }

  looks(): readonly Look[] | null {
    if (this.#spoiled || this.#looks.size > MOST_LOOKS) return null;
    return Array.from(this.#looks, ([look, answer]) => {
      const space = look.indexOf(" ");
      return { kind: look.slice(0, space) as LookKind, name: look.slice(space + 1), answer };
    }).filter((look) => !this.#isImplied(look));
  }

  /** Something was done, or seen, that no look tells of. */
  spoil(): void {
    this.#spoiled = true;
  }

  /** Looks, and notes it. */
  look(kind: LookKind, name: string): void {
    if (!this.#looks.has(`${kind} ${name}`)) {
      this.#note(kind, name, answerOf(this.#world, kind, name));
    }
  }

  /** What lies at a path was looked at, and this was seen. */
  seen(path: string, info: FileInfo | null): void {
    this.#note("is", path, infoText(info));
    if (info !== null && info.kind !== "dir") this.#fresh(info);
  }

  /** The content of a file or folder is about to be read, links followed. */
  content(path: string): void {
    for (let links = 0; links < MOST_LINKS; links++) {
      const info = this.#world.fs.lstat(path);
      this.#note("in", path, contentText(info));
      if (info === null) return;
      this.#fresh(info);
      if (info.kind !== "link") return;
      path = resolve(dirname(path), this.#world.fs.readLink(path));
    }
    this.spoil();
  }

  /** It was asked where a path leads. Whether its last part is a link is told faster than where all of it leads. */
  real(path: string): void {
    const { fs } = this.#world;
    for (let links = 0; links < MOST_LINKS; links++) {
      const info = fs.lstat(path);
      this.seen(path, info);
      const parent = dirname(path);
      this.look("real", parent);
      if (info?.kind !== "link") return;
      path = resolve(fs.realPath(parent), fs.readLink(path));
    }
    this.spoil();
  }

  /** What has changed but now may change again without getting another time. */
  #fresh({ ctime }: FileInfo): void {
    if (ctime === null || ctime > this.#since - TICK) this.spoil();
  }

  /** Whether another look would tell too. Nobody can change a link, or make something of nothing, without changing the
   * folder that it is in. */
  #isImplied({ kind, name, answer }: Look): boolean {
    if (kind !== "is") return false;
    if (this.#looks.get(`in ${name}`) === answer) return true;
    const entry = answer === NOTHING || answer.startsWith("link ");
    return entry && this.#looks.get(`in ${dirname(name)}`)?.startsWith("dir ") === true;
  }

  #note(kind: LookKind, name: string, answer: string): void {
    if (BREAKS.test(name) || BREAKS.test(answer)) return this.spoil();
    const look = `${kind} ${name}`;
    const before = this.#looks.get(look);
    if (before === undefined) this.#looks.set(look, answer);
    else if (before !== answer) this.spoil();
  }
}
