/** What a command has looked at, and whether it can be remembered. */
import { dirname, resolve } from "node:path/posix";
import type { FileInfo, System } from "../system/mod.ts";
import { answerOf, contentText, infoText, type LookKind, NOTHING } from "./looks.ts";
import type { Look } from "./record.ts";

/** What came of noting. */
export interface Notes {
  /** Null where what was done can't be told by looks alone. */
  looks(): readonly Look[] | null;
  /** Something was done, or seen, that no look tells of. */
  spoil(): void;
}

/** Seconds in which two changes may get the same time: the runtime tells whole ones, some file systems every second. */
export const TICK = 2;

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
  /** What folders were before anything in them was looked at; null where that tells nothing. */
  readonly #folders = new Map<string, string | null>();
  /** Seconds since the epoch. */
  readonly #since: number;
  #spoiled = false;

  constructor(world: System) {
    this.#world = world;
    this.#since = world.clock.now().getTime() / 1000;
  }

  looks(): readonly Look[] | null {
    if (this.#spoiled || this.#looks.size > MOST_LOOKS) return null;
    const rest: Look[] = [];
    const byFolder = new Map<string, Look[]>();
    for (const [text, answer] of this.#looks) {
      const space = text.indexOf(" ");
      const look = { kind: text.slice(0, space) as LookKind, name: text.slice(space + 1), answer };
      if (this.#isRepeated(look)) continue;
      const folder = isEntry(look) ? dirname(look.name) : null;
      if (folder === null || typeof this.#folders.get(folder) !== "string") rest.push(look);
      else if (byFolder.has(folder)) byFolder.get(folder)!.push(look);
      else byFolder.set(folder, [look]);
    }
    for (const [name, looks] of byFolder) {
      const answer = this.#folders.get(name)!;
      if (looks.length > 1) rest.push({ kind: "if", name, answer, covers: looks.length });
      rest.push(...looks);
    }
    return rest;
  }

  /** Something at a path is about to be looked at. */
  before(path: string): void {
    const folder = dirname(path);
    if (this.#spoiled || this.#folders.has(folder)) return;
    const info = this.#world.fs.lstat(folder);
    this.#folders.set(folder, info?.kind === "dir" && this.#isOld(info) ? contentText(info) : null);
  }

  spoil(): void {
    this.#spoiled = true;
    this.#looks.clear();
    this.#folders.clear();
  }

  /** Looks, and notes it. */
  look(kind: LookKind, name: string): void {
    if (!this.#spoiled && !this.#looks.has(`${kind} ${name}`)) {
      this.#note(kind, name, answerOf(this.#world, kind, name));
    }
  }

  /** What lies at a path was looked at, and this was seen. */
  seen(path: string, info: FileInfo | null): void {
    if (this.#spoiled) return;
    this.#note("is", path, infoText(info));
    if (info !== null && info.kind !== "dir") this.#fresh(info);
  }

  /** When something in a folder changed was looked at, and this was seen. */
  entries(path: string, info: FileInfo): void {
    if (this.#spoiled) return;
    this.#note("in", path, contentText(info));
    this.#fresh(info);
  }

  /** The content of a file or folder is about to be read, links followed. */
  content(path: string): void {
    for (let links = 0; links < MOST_LINKS && !this.#spoiled; links++) {
      const info = this.#world.fs.lstat(path);
      this.#note("in", path, contentText(info));
      if (info === null) return;
      this.#fresh(info);
      if (info.kind !== "link") return;
      path = this.#leadsTo(path);
    }
    this.spoil();
  }

  /** It was asked where a path leads. Whether its last part is a link is told faster than where all of it leads. */
  real(path: string): void {
    for (let links = 0; links < MOST_LINKS && !this.#spoiled; links++) {
      const info = this.#world.fs.lstat(path);
      this.seen(path, info);
      this.look("real", dirname(path));
      if (info?.kind !== "link") return;
      path = this.#leadsTo(path);
    }
    this.spoil();
  }

  /** Where a link leads. One in a folder that is itself reached over a link starts where that folder is. */
  #leadsTo(path: string): string {
    const { fs } = this.#world;
    return resolve(fs.realPath(dirname(path)), fs.readLink(path));
  }

  #fresh(info: FileInfo): void {
    if (!this.#isOld(info)) this.spoil();
  }

  /** What has changed but now may change again without getting another time. */
  #isOld({ ctime }: FileInfo): boolean {
    return ctime !== null && ctime <= this.#since - TICK;
  }

  #isRepeated({ kind, name, answer }: Look): boolean {
    return kind === "is" && this.#looks.get(`in ${name}`) === answer;
  }

  #note(kind: LookKind, name: string, answer: string): void {
    if (BREAKS.test(name) || BREAKS.test(answer)) return this.spoil();
    const look = `${kind} ${name}`;
    const before = this.#looks.get(look);
    if (before === undefined) this.#looks.set(look, answer);
    else if (before !== answer) this.spoil();
  }
}

/** Nobody can change a link, or make something of nothing, without changing the folder that it is in. */
function isEntry({ kind, answer }: Look): boolean {
  return kind === "is" && (answer === NOTHING || answer.startsWith("link "));
}
