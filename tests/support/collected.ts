/** A console that remembers what is written, and asks nobody. */
import type { Console } from "../../src/system/mod.ts";

export interface Collected extends Console {
  /** What went to standard output and to standard error. */
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in order. */
  readonly said: string;
}

/** @param onErr told what goes to standard error, when it does */
export function collected(onErr: (text: string) => void = () => {}): Collected {
  let stdout = "", stderr = "", said = "";
  return {
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    get said() {
      return said;
    },
    out: (text) => {
      stdout += text;
      said += text;
    },
    err: (text) => {
      stderr += text;
      said += text;
      onErr(text);
    },
    outBytes: () => {},
    outIsTerminal: false,
    errIsTerminal: false,
    inIsTerminal: false,
    columns: () => 80,
    ask: () => Promise.resolve(null),
    askHidden: () => Promise.resolve(null),
    readAll: () => Promise.resolve(new Uint8Array(0)),
    lend: () => Promise.resolve(127),
    onInterrupt: () => () => {},
  };
}
