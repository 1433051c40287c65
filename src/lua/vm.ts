/** Takes one host function, gives a Lua 5.4 VM in WebAssembly that is the sandbox, whose entries take and return
 * texts.
 *
 * Everything crosses as few, long texts, since each crossing costs far more than the bytes in it. Texts are copied
 * as bytes, so that hashes are made over what Lua holds. */
import { messageOf, type Place, SysError } from "../errors.ts";
import { Instance } from "./instance.ts";
import { OK, OUT_OF_MEMORY } from "./status.ts";
import { TimeLimit, type TimeLimits } from "./time_limit.ts";

/** Answers what Lua asks. The arguments are valid during the call only. Throws `HostError` for a message that Lua
 * shall see; null becomes nil. */
export type HostFunction = (operation: string, args: HostArguments) => string | null;

/** The arguments of a call from Lua. */
export interface HostArguments {
  /** As text. */
  text(index: number): string;
  /** As bytes, which are valid during the call only. */
  bytes(index: number): Uint8Array;
}

/** A message for Lua, which adds file and line. */
export class HostError extends Error {}

export interface LuaVm {
  /** Calls an entry of `stdlib/main.lua`, one after the other. What it gives starts with `+` (a result) or `-` (an
   * error as JSON).
   * @throws SysError when it ran into a limit, or was interrupted */
  enter(name: string, ...args: string[]): Promise<string>;
  /** Gives the bytes of memory that it had, and that nobody uses any more. */
  close(): number;
}

/** What a VM may use up. */
export interface VmLimits extends TimeLimits {
  readonly mebibytes: number;
}

const decoder = new TextDecoder();
/** WebAssembly has 32-bit addresses. */
const MOST_BYTES = 2 ** 32 - 2 ** 20;

/** Makes a VM. */
export async function createVm(host: HostFunction, limits: VmLimits): Promise<LuaVm> {
  const { LUA_IMAGE } = await import("./image.generated.ts");
  const time = new TimeLimit(limits);
  const instance = new Instance(LUA_IMAGE, {
    tick: () => time.tick(),
    pause: () => time.pause(),
    host: (texts) => answered(host, texts),
  });
  const vm = new Vm(instance, time, limits);
  vm.open();
  return vm;
}

class Vm implements LuaVm {
  /** Null when it is closed. */
  #instance: Instance | null;
  readonly #time: TimeLimit;
  readonly #limits: VmLimits;
  /** The call that was asked for last: Lua has one stack. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(instance: Instance, time: TimeLimit, limits: VmLimits) {
    this.#instance = instance;
    this.#time = time;
    this.#limits = limits;
  }

  /** Gives the state its limit. */
  open(): void {
    const bytes = Math.min(this.#limits.mebibytes * 1024 * 1024, MOST_BYTES);
    if (this.#lua.limit(bytes) !== OK) throw this.#outOfMemory();
  }

  enter(name: string, ...args: string[]): Promise<string> {
    const call = this.#last.then(() => this.#enter([name, ...args]));
    this.#last = call.catch(() => {});
    return call;
  }

  close(): number {
    this.#time.close();
    const size = this.#instance?.size ?? 0;
    this.#instance = null;
    return size;
  }

  get #lua(): Instance {
    if (this.#instance === null) throw new Error("the VM is closed");
    return this.#instance;
  }

  async #enter(texts: readonly string[]): Promise<string> {
    this.#time.start();
    const status = await this.#lua.enter(texts);
    if (this.#time.stopped !== null) throw this.#stopped();
    const answer = this.#lua.answer();
    if (status === OUT_OF_MEMORY || answer === "!") throw this.#outOfMemory();
    if (status === OK) return answer;
    throw new SysError("config", `Cannot evaluate: ${answer}`);
  }

  #stopped(): SysError {
    const { seconds, signal } = this.#limits;
    const [place, ...others] = this.#places();
    const notes = others.map(({ file, line }) => `called at ${file}:${line}`);
    const details = { notes, ...(place ? { place } : {}) };
    if (this.#time.stopped !== "late") {
      const message = signal?.aborted ? messageOf(signal.reason) : "Interrupted";
      return new SysError("interrupted", message, details);
    }
    return new SysError("config", `Cannot evaluate: it took longer than ${seconds} s`, {
      ...details,
      hint: "look for a loop that does not end, or raise it with --eval-timeout SECONDS",
    });
  }

  #outOfMemory(): SysError {
    const [place] = this.#places();
    return new SysError(
      "config",
      `Cannot evaluate: it needs more than ${this.#limits.mebibytes} MiB`,
      {
        ...(place ? { place } : {}),
        hint: "look for a table or text that grows in a loop, or raise it with --eval-memory MIB",
      },
    );
  }

  /** The lines of the user's that Lua was in. */
  #places(): Place[] {
    return this.#lua.place().flatMap((text) => {
      const found = /^(\d+):(.+)$/.exec(text);
      return found === null ? [] : [{ file: found[2], line: Number(found[1]) }];
    });
  }
}

function answered(host: HostFunction, [operation, ...texts]: readonly Uint8Array[]) {
  try {
    const result = host(decoder.decode(operation), {
      text: (index) => decoder.decode(texts[index]),
      bytes: (index) => texts[index] ?? new Uint8Array(),
    });
    return { result };
  } catch (error) {
    return { message: messageOf(error) };
  }
}
