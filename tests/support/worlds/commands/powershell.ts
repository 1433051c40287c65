/** Stands in for Windows PowerShell as far as sys.lua speaks to it: it reads the scripts of `registry.ts` by the call,
 * and holds a user's variables as the registry does (names without case, each with its kind). What its functions mean
 * in .NET is a desk check: RegistryKey.GetValue, SetValue, DeleteValue, and Environment.SetEnvironmentVariable. */
import assert from "node:assert/strict";
import { REGISTRY_PRELUDE } from "../../../../src/platform/settings/registry.ts";
import { decodedScript, quotedAt } from "../../powershell_reader.ts";
import type { Answer, StandIn } from "./programs.ts";

/** A value, by the names of RegistryValueKind. */
export interface RegistryValue {
  readonly name: string;
  readonly kind: string;
  readonly value: string | number | readonly string[];
}

const WRITTEN = new Set([
  "String",
  "ExpandString",
  "MultiString",
  "DWord",
  "QWord",
  "Binary",
  "None",
]);

export class UserEnvironment {
  readonly values = new Map<string, RegistryValue>();
  /** How many times running programs were told. */
  told = 0;
  /** Like a key whose access control list forbids writing. */
  closed = false;

  constructor(...values: RegistryValue[]) {
    for (const value of values) this.#put(value);
  }

  get(name: string): RegistryValue | undefined {
    return this.values.get(name.toUpperCase());
  }

  readonly program: StandIn = ({ args }) => {
    const script = decodedScript(["powershell.exe", ...args]);
    const [frame, calls] = script.split(REGISTRY_PRELUDE);
    assert.ok(calls !== undefined, "this is no script for the registry");
    assert.match(frame, /\$ErrorActionPreference = 'Stop'/);
    const lines = calls.slice(0, calls.indexOf("\n\n  exit 0")).split("\n").filter((line) =>
      line !== ""
    );
    const answers: string[] = [];
    for (const line of lines) {
      const { words, name } = callOf(line);
      const answer = this.#call(name, words);
      if (answer.code) return { ...answer, stdout: answers.join("") };
      answers.push(answer.stdout ?? "");
    }
    return { stdout: answers.join("") };
  };

  #call(name: string, words: readonly string[]): Answer {
    const [first, kind, ...rest] = words;
    const parts = this.#folders();
    const same = (part: string) =>
      part.replace(/\\+$/, "").toUpperCase() === first.replace(/\\+$/, "").toUpperCase();
    if (this.closed && !name.startsWith("Read-")) {
      return { code: 1, stderr: "Requested registry access is not allowed.\n" };
    }
    switch (name) {
      case "Read-Variable": {
        const found = this.get(first);
        if (found === undefined) return { stdout: '{"kind":"Absent"}\n' };
        return { stdout: `${JSON.stringify({ value: found.value, kind: found.kind })}\n` };
      }
      case "Read-Folder":
        return { stdout: `{"there":${parts.some(same)}}\n` };
      case "Write-Variable": {
        assert.ok(WRITTEN.has(kind), kind);
        const value = kind === "MultiString" ? rest : kind === "DWord" ? Number(rest[0]) : rest[0];
        this.#put({ name: first, kind, value });
        return {};
      }
      case "Remove-Variable":
        this.values.delete(first.toUpperCase());
        return {};
      case "Add-Folder":
        if (!parts.some(same)) this.#path([first, ...parts]);
        return {};
      case "Remove-Folder":
        if (parts.some(same)) this.#path(parts.filter((part) => !same(part)));
        return {};
      case "Tell-Others":
        this.told++;
        return {};
    }
    return { code: 1, stderr: `The term '${name}' is not recognized as the name of a cmdlet\n` };
  }

  #folders(): string[] {
    const all = String(this.get("Path")?.value ?? "");
    return all === "" ? [] : all.split(";");
  }

  #path(parts: readonly string[]): void {
    const { name, kind } = this.get("Path") ?? { name: "Path", kind: "ExpandString" };
    if (parts.length === 0) this.values.delete("PATH");
    else this.#put({ name, kind, value: parts.join(";") });
  }

  /** A value keeps the name that it was made with. */
  #put(value: RegistryValue): void {
    const key = value.name.toUpperCase();
    this.values.set(key, { ...value, name: this.values.get(key)?.name ?? value.name });
  }
}

/** A call with texts in quotes, or a list of them: `Name 'a' @('b', 'c')`. */
function callOf(line: string): { name: string; words: string[] } {
  const name = /^[A-Za-z-]+/.exec(line)?.[0] ?? "";
  const words: string[] = [];
  for (let at = name.length; at < line.length;) {
    const skipped = /^[\s@(),]+/.exec(line.slice(at))?.[0].length ?? 0;
    at += skipped;
    if (at >= line.length) break;
    const { text, end } = quotedAt(line, at);
    words.push(text);
    at = end;
  }
  return { name, words };
}
