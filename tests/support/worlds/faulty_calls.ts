/** The runtime's calls of a process that dies, or of which one fails: between two calls of one operation of the port, too. */
import { Crash, type Fault } from "../../../src/system/faulty.ts";
import type { NativeFile, NativeFs, NativeHandle } from "../../../src/system/native_fs.ts";

const CHANGES = [
  ...["openNew", "openAppend", "symlink", "link", "mkdir", "rename", "remove", "chmod", "utime"],
];
const CHANGES_OF_OPEN = ["write", "sync", "chmod", "utime"];

/** Counts what changes something, and lets the fault strike. With `at: 0` nothing ever fails. */
export function faultyCalls(inner: NativeFs, fault: Fault) {
  let count = 0, dead = false;
  const alive = () => {
    if (dead) throw new Crash("the machine is off");
  };
  const change = <T>(action: () => T): T => {
    alive();
    count++;
    const strikes = fault.at > 0 && (count === fault.at || (fault.for_good && count > fault.at));
    if (!strikes) return action();
    if (fault.code !== undefined) throw Object.assign(new Error("failed"), { code: fault.code });
    if (fault.when === "after") action();
    dead = true;
    throw new Crash(`died ${fault.when} call ${count}`);
  };
  const wrap = <T extends object>(
    thing: T,
    changes: readonly string[],
    after: (it: unknown) => unknown,
  ) =>
    new Proxy(thing, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          const call = () => value.apply(target, args);
          // Who is dead has closed all that was open.
          if (name === "close" || name === "release") return call();
          if (changes.includes(String(name))) return after(change(call));
          alive();
          return after(call());
        };
      },
    });
  const opened = (it: unknown) =>
    typeof it === "object" && it !== null && "read" in it
      ? wrap(it as NativeFile & NativeHandle, CHANGES_OF_OPEN, (it) => it)
      : it;
  return {
    calls: wrap(inner, CHANGES, opened) as NativeFs,
    operations: () => count,
  };
}
