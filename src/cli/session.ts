/** What every command is given: the world, the terminal, and how to speak to who called. */
import type { CommandContext } from "@stricli/core";
import { SysError } from "../errors.ts";
import type { Console, System } from "../system/mod.ts";
import { EXIT, exitCodeOf } from "./exit_codes.ts";
import { errorDocument, errorFields, errorText } from "./render/error.ts";
import { type NativeText, nativeText } from "./terminal/native_text.ts";
import { SafeConsole } from "./terminal/safe_console.ts";
import { Timings } from "./timings.ts";
import { chooseStyle, type Style } from "./terminal/style.ts";

/** Flags that every command takes. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: "auto" | "always" | "never";
  readonly logFormat: "text" | "json";
  readonly noWait?: boolean;
  readonly timings?: boolean;
  readonly trace?: string;
}

/** Handed to the command functions as `this`. */
export interface Context extends CommandContext {
  readonly system: System;
  readonly console: Console;
  /** The world in which locks are taken, of which nothing is noted. */
  readonly locks: System;
  readonly version: string;
  /** What tells this program from every other; null where nothing is remembered. */
  readonly identity: string | null;
  /** Of the command line. */
  readonly words: readonly string[];
  /** What the command is remembered by; null where it is not. */
  readonly key: string | null;
  /** From now on the command is not remembered. */
  readonly forget?: () => void;
  /** Ends the process at once. */
  stop(): void;
  exit: number;
}

/** One run of one command. */
export class Session {
  readonly system: System;
  readonly locks: System;
  readonly console: SafeConsole;
  readonly version: string;
  readonly identity: string | null;
  readonly flags: CommonFlags;
  /** For standard output and standard error. */
  readonly style: Style;
  readonly errStyle: Style;
  /** Fires at the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** From now on what the command says is not said again without running it. */
  readonly forget: () => void;
  readonly timings: Timings;
  /** The line that a live display keeps below the messages; set by it. */
  live: { hide(): void; show(): void } | null = null;

  readonly #native: NativeText;

  constructor(context: Context, flags: CommonFlags, signal: AbortSignal) {
    this.system = context.system;
    this.#native = nativeText(context.system.host.os);
    this.locks = context.locks;
    this.version = context.version;
    this.identity = context.identity;
    this.flags = flags;
    this.forget = context.forget ?? (() => {});
    this.signal = signal;
    this.timings = new Timings(context.system.clock);
    const env = (name: string) => this.system.host.env(name);
    const { console } = context;
    this.style = chooseStyle(flags.color, console.outIsTerminal, env);
    this.errStyle = chooseStyle(flags.color, console.errIsTerminal, env);
    this.console = new SafeConsole(console, {
      out: this.style.isColorSupported,
      err: this.errStyle.isColorSupported,
    });
  }

  /** Prints a result: the document with `--json`, else the text. What of it is somebody's content is `verbatim`. */
  print(document: object, text: () => string, verbatim: "text" | "all" | null = null): void {
    if (this.flags.json) return this.#document(document, verbatim === "all");
    const rendered = verbatim === null ? this.shown(text()) : text();
    if (rendered !== "") this.console.out(rendered.endsWith("\n") ? rendered : rendered + "\n");
  }

  /** A text of sys.lua's own as people on this system read it. */
  shown(text: string): string {
    return this.#native.result(text);
  }

  #document(document: object, verbatim = false) {
    const whole = this.flags.timings ? { ...document, timings: this.timings.document() } : document;
    this.console.out(JSON.stringify(whole, verbatim ? undefined : this.#native.value, 2) + "\n");
  }

  /** Says something on standard error, unless `--quiet`. */
  say(text: string, level: "info" | "warning" = "info"): void {
    if (this.flags.quiet && level === "info") return;
    const message = this.#native.message(text);
    this.live?.hide();
    if (this.flags.logFormat === "json") {
      this.console.err(JSON.stringify({ level, message }) + "\n");
    } else {
      const prefix = level === "warning" ? `${this.errStyle.yellow("warning")}: ` : "";
      this.console.err(`${prefix}${message}\n`);
    }
    this.live?.show();
  }

  /** Says an error where it belongs, and gives the exit code for it. */
  fail(thrown: unknown): number {
    this.live?.hide();
    if (this.flags.json) {
      this.#document(errorDocument(thrown));
    } else if (this.flags.logFormat === "json") {
      this.console.err(JSON.stringify({ level: "error", ...errorFields(thrown) }) + "\n");
    } else {
      const text = errorText(thrown, this.errStyle, this.flags.verbose === true);
      this.console.err(this.#native.message(text));
    }
    return thrown instanceof SysError ? exitCodeOf(thrown.kind) : EXIT.failed;
  }
}
