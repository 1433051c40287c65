/** Takes a profile of macOS's sandbox, tells what it allows. It reads the part of the language that sys writes, and
 * refuses the rest: a word that the real one doesn't know makes it refuse the whole profile. */
import assert from "node:assert/strict";

type Expression = string | Quoted | readonly Expression[];

class Quoted {
  constructor(readonly text: string, readonly isRegex: boolean) {}
}

interface Rule {
  readonly allow: boolean;
  readonly operations: readonly string[];
  /** Any of them has to fit; none: always. */
  readonly filters: readonly (readonly Expression[])[];
}

/** What a program asks for. */
export interface Asked {
  /** `file-read-data`, `network-outbound`, … */
  readonly operation: string;
  /** Of files and sockets. */
  readonly path?: string;
  /** Of a mach service. */
  readonly name?: string;
  /** An address of another machine. */
  readonly ip?: boolean;
}

/** Operations of sandbox-exec that sys may name, without those below them. */
const OPERATIONS = new Set([
  ...["default", "file-ioctl", "file-read*", "file-read-data", "file-read-metadata", "file-write*"],
  ...["file-write-create", "file-write-data", "file-write-setugid", "file-write-unlink"],
  ...["ipc-posix*", "ipc-posix-shm", "ipc-sysv*", "mach-lookup", "network*"],
  ...["network-inbound", "network-outbound", "process-exec", "process-fork", "signal"],
  ...["sysctl-read", "sysctl-write", "system-socket"],
]);

/** The rules of a profile; the last one that fits decides. */
export class Profile {
  readonly #rules: readonly Rule[];

  constructor(text: string) {
    const [version, ...rules] = parse(text);
    assert.deepEqual(version, ["version", "1"]);
    this.#rules = rules.map(ruleOf);
    assert.deepEqual(this.#rules[0], { allow: false, operations: ["default"], filters: [] });
  }

  may(asked: Asked): boolean {
    assert(OPERATIONS.has(asked.operation), asked.operation);
    const found = this.#rules.findLast((rule) => isAbout(rule, asked));
    return found!.allow;
  }

  reads(path: string): boolean {
    return this.may({ operation: "file-read-data", path });
  }

  writes(path: string): boolean {
    return this.may({ operation: "file-write-create", path }) &&
      this.may({ operation: "file-write-data", path });
  }
}

function isAbout({ operations, filters }: Rule, asked: Asked): boolean {
  const { operation } = asked;
  const isNamed = operations.some((one) =>
    one === "default" || one === operation ||
    (one.endsWith("*") && operation.startsWith(one.slice(0, -1)))
  );
  return isNamed && (filters.length === 0 || filters.some((filter) => fits(filter, asked)));
}

function fits([name, ...rest]: readonly Expression[], asked: Asked): boolean {
  const [value] = rest;
  const text = value instanceof Quoted ? value.text : null;
  const { path } = asked;
  switch (name) {
    case "literal":
    case "path-literal":
      return path === text;
    case "subpath":
      assert(text!.startsWith("/") && !text!.endsWith("/"), `subpath ${text}`);
      return path !== undefined && (path === text || path.startsWith(`${text}/`));
    case "regex":
      return path !== undefined && new RegExp(text!).test(path);
    case "global-name":
      return asked.name === text;
    case "target":
      assert.equal(value, "same-sandbox");
      return true;
    case "local":
    case "remote":
      if (value === "ip") return asked.ip === true;
      assert.equal(value, "unix-socket");
      return fits(rest[1] as readonly Expression[], asked);
  }
  throw new Error(`there is no filter ${name}`);
}

function ruleOf(expression: Expression): Rule {
  assert(Array.isArray(expression));
  const [kind, ...rest] = expression as readonly Expression[];
  assert(kind === "allow" || kind === "deny", String(kind));
  const operations = rest.filter((it) => typeof it === "string");
  for (const one of operations) assert(OPERATIONS.has(one), `there is no operation ${one}`);
  const filters = rest.filter((it) => Array.isArray(it)) as (readonly Expression[])[];
  assert.equal(operations.length + filters.length, rest.length);
  assert(operations.length > 0);
  return { allow: kind === "allow", operations, filters };
}

const TOKEN = /\s*(?:;[^\n]*\n\s*)*(?:([()])|(#?)"((?:[^"\\]|\\.)*)"|([^\s()";#]+))/y;

function parse(text: string): Expression[] {
  const stack: Expression[][] = [[]];
  TOKEN.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== ""; at = TOKEN.lastIndex) {
    const found = TOKEN.exec(text);
    assert(found !== null, `no profile at ${text.slice(at, at + 40)}`);
    const [, bracket, hash, string, word] = found;
    if (bracket === "(") stack.push([]);
    else if (bracket === ")") {
      const list = stack.pop()!;
      assert(stack.length > 0, "a bracket too many");
      stack.at(-1)!.push(list);
    } else if (word !== undefined) stack.at(-1)!.push(word);
    else {
      const plain = hash === "#" ? string : string.replace(/\\(.)/g, "$1");
      stack.at(-1)!.push(new Quoted(plain, hash === "#"));
    }
  }
  assert.equal(stack.length, 1, "a bracket is missing");
  return stack[0];
}
