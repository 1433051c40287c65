/** Runs the scripts that sys.lua writes for cmd.exe, as cmd does: a line is expanded (`%`), then cut at what is special
 * outside of quotes, then, where the console has delayed expansion, expanded once more (`!`). Names of variables have no
 * case. What it does not know is an error: no command of a value's may run. */
import assert from "node:assert/strict";

export class Cmd {
  readonly #delayed: boolean;
  readonly #env: Map<string, { name: string; value: string }>;

  constructor(env: Readonly<Record<string, string>>, delayed = false) {
    this.#delayed = delayed;
    this.#env = new Map(
      Object.entries(env).map(([name, value]) => [name.toUpperCase(), { name, value }]),
    );
  }

  get(name: string): string | undefined {
    return this.#env.get(name.toUpperCase())?.value;
  }

  #set(name: string, value: string): void {
    const key = name.toUpperCase();
    if (value === "") this.#env.delete(key);
    else this.#env.set(key, { name: this.#env.get(key)?.name ?? name, value });
  }

  /** Runs a script file. It is in ASCII, or says before anything else that it is in UTF-8. */
  run(script: string): void {
    assert.ok(script.endsWith("\r\n") && !/[^\r]\n/.test(script), "lines end in CR LF");
    let utf8 = false;
    for (const line of script.split("\r\n")) {
      assert.ok(line.length <= 8_191, "a line has 8,191 characters at most");
      if (line === "@%SystemRoot%\\System32\\chcp.com 65001 >nul") utf8 = true;
      else {assert.ok(
          utf8 || [...line].every((one) => one < "\x80"),
          `not in the console's code page: ${line}`,
        );}
      if (line === "" || /chcp\.com/.test(line)) continue;
      assert.equal(line[0], "@", "nothing is shown");
      this.#line(line.slice(1));
    }
  }

  #line(line: string): void {
    if (/^rem /.test(line)) return;
    const loop = /^for %%a in \(%SYSLUA_SET%\) do @set "%%a="$/.test(line);
    if (loop) {
      return (this.get("SYSLUA_SET") ?? "").split(" ").forEach((name) => this.#set(name, ""));
    }
    this.#command(this.#percent(line));
  }

  /** `%name%`, `%name:old=new%`, `%name:~from,-less%`, `%%`; what is not set is nothing. */
  #percent(line: string): string {
    return line.replace(/%%|%([^%:=]+)(?::([^%]*))?%|%/g, (all, name, change) => {
      if (all === "%%") return "%";
      if (name === undefined) return "";
      const value = this.get(name);
      if (value === undefined) return change === undefined ? "" : change;
      if (change === undefined) return value;
      const cut = /^~(\d+),-(\d+)$/.exec(change);
      if (cut) {
        return value.slice(Number(cut[1]), Math.max(Number(cut[1]), value.length - Number(cut[2])));
      }
      const [old, ...rest] = change.split("=");
      const pattern = new RegExp(old.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi");
      return value.replace(pattern, () => rest.join("="));
    });
  }

  /** Takes carets away, and stops at what would begin another command. */
  #special(text: string): string {
    let quoted = false, result = "";
    for (let at = 0; at < text.length; at++) {
      const character = text[at];
      if (character === '"') quoted = !quoted;
      if (!quoted && character === "^") {
        result += text[++at] ?? "";
        continue;
      }
      assert.ok(quoted || !/[&|<>]/.test(character), `${character} is no text in ${text}`);
      result += character;
    }
    return result;
  }

  /** `!name!` and `^!`; carets count where there is a `!`. */
  #later(text: string): string {
    if (!this.#delayed || !text.includes("!")) return text;
    let result = "";
    for (let at = 0; at < text.length; at++) {
      if (text[at] === "^") result += text[++at] ?? "";
      else if (text[at] === "!") {
        const end = text.indexOf("!", at + 1);
        if (end < 0) continue;
        result += this.get(text.slice(at + 1, end)) ?? "";
        at = end;
      } else result += text[at];
    }
    return result;
  }

  #command(line: string): void {
    const condition = /^if (not )?(?:defined (\w+)|("[^"]*")==("[^"]*")) ([^]*)$/.exec(line);
    if (condition) {
      const [, not, name, left, right, rest] = condition;
      const holds = name === undefined
        ? this.#later(left) === this.#later(right)
        : this.get(name) !== undefined;
      // The whole line is read before any of it is done.
      const text = this.#special(rest);
      if (holds === (not === undefined)) this.#simple(this.#later(text));
      return;
    }
    this.#simple(this.#later(this.#special(line)));
  }

  #simple(text: string): void {
    const [, name, value] = /^set "([^=]+)=([^]*)"$/.exec(text) ?? [];
    assert.ok(name !== undefined, `no command that is known: ${text}`);
    this.#set(name, value);
  }
}
