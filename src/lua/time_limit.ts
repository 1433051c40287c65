/** Takes a limit, stops what runs longer. A hook of Lua's asks the clock every 100,000 instructions; once the time is
 * over it fires at every instruction, so that no `pcall` of the user's keeps the code alive. It is a C hook: one in
 * Lua would need room on a stack that the user may have filled. Coroutines inherit it. */
import { SysError } from "../errors.ts";
import type { CallStack, Frame } from "./call_stack.ts";
import type { Heap, LuaModule } from "./heap.ts";

const INTERVAL = 100_000;
/** LUA_MASKCOUNT */
const COUNT = 8;
const MOST_FRAMES = 10;

/** What is thrown inside Lua; `stdlib/report.lua` knows it. */
export const TIME_IS_OVER = "sys: the time is over";

export class TimeLimit {
  readonly #lua: LuaModule;
  readonly #state: number;
  readonly #seconds: number;
  readonly #now: () => number;
  readonly #hook: number;
  #deadline = Infinity;
  #frames: Frame[] | null = null;

  /** @param now milliseconds from some fixed point */
  constructor(
    lua: LuaModule,
    heap: Heap,
    stack: CallStack,
    state: number,
    seconds: number,
    now: () => number,
  ) {
    this.#lua = lua;
    this.#state = state;
    this.#seconds = seconds;
    this.#now = now;
    this.#hook = lua.addFunction((running) => {
      if (this.#frames === null) {
        if (now() < this.#deadline) return;
        this.#frames = stack.frames(running, MOST_FRAMES);
      }
      lua._lua_sethook(running, this.#hook, COUNT, 1);
      heap.push(running, TIME_IS_OVER);
      lua._lua_error(running);
    }, "vii");
  }

  /** The time begins. */
  start(): void {
    this.#frames = null;
    this.#deadline = this.#now() + this.#seconds * 1000;
    this.#lua._lua_sethook(this.#state, this.#hook, COUNT, INTERVAL);
  }

  /** The error, if the time was over. */
  error(): SysError | null {
    if (this.#frames === null) return null;
    const [place, ...others] = this.#frames;
    return new SysError("config", `Cannot evaluate: it took longer than ${this.#seconds} s`, {
      ...(place ? { place } : {}),
      hint: "look for a loop that does not end, or raise it with --eval-timeout SECONDS",
      notes: others.map(({ file, line }) => `called at ${file}:${line}`),
    });
  }

  close(): void {
    this.#lua.removeFunction(this.#hook);
  }
}
