/** Takes what builds tell, shows it: live lines on a terminal, a line for each beginning and end in a pipe. */
import type { BuildEvent } from "../../realize/observer.ts";
import type { Derivation } from "../../manifest/types.ts";
import { counted, duration } from "../render/words.ts";
import type { Session } from "../session.ts";
import { transferText } from "./byte_progress.ts";
import { LiveDisplay } from "./live.ts";

/** One build that is running. */
interface Running {
  readonly label: string;
  readonly start: number;
  doing: string;
  /** Downloads under way, by URL. */
  readonly downloads: Map<string, { start: number; bytes: number; total: number | null }>;
}

/** Shows the builds of one command. */
export class BuildProgress {
  /** What builds have warned of. */
  readonly warnings: { readonly derivation: string; readonly text: string }[] = [];
  readonly #session: Session;
  readonly #total: number;
  readonly #running = new Map<string, Running>();
  readonly #display: LiveDisplay | null;
  #done = 0;

  /** `total`: how many derivations there are to realize. */
  constructor(session: Session, total: number) {
    this.#session = session;
    this.#total = total;
    const { console, system, flags } = session;
    const live = console.errIsTerminal && !flags.quiet && flags.logFormat === "text";
    this.#display = live && total > 0
      ? new LiveDisplay(console.raw, system.clock, () => this.#lines())
      : null;
    session.live = this.#display;
  }

  /** Takes in one event. */
  readonly observe = (event: BuildEvent): void => {
    const { derivation } = event;
    const running = this.#running.get(derivation.hash);
    switch (event.kind) {
      case "started":
        this.#running.set(derivation.hash, {
          label: labelOf(derivation),
          start: this.#now(),
          doing: "",
          downloads: new Map(),
        });
        if (!this.#display) this.#session.say(`building ${labelOf(derivation)}`);
        break;
      case "waiting":
        this.#session.say(`waiting for another sys that builds ${labelOf(derivation)}`);
        break;
      case "op":
        if (running) running.doing = `${event.op} ${event.detail}`;
        break;
      case "output":
        this.#print(derivation, event.text);
        return;
      case "warning":
        this.warnings.push({ derivation: derivation.name, text: event.text });
        this.#session.say(`${labelOf(derivation)}: ${event.text}`, "warning");
        return;
      case "download":
        if (running) this.#download(running, event.url, event.bytes, event.total);
        break;
      case "finished":
      case "failed":
        this.#end(event, running);
        break;
      case "cached":
        break;
    }
    this.#display?.refresh();
  };

  /** All that a build prints, where that is asked for; the live lines do not change by it. */
  #print({ name }: Derivation, text: string) {
    if (!this.#session.flags.verbose) return;
    for (const line of text.trimEnd().split("\n")) this.#session.say(`${name}> ${line}`);
  }

  /** Takes the live lines away. */
  end(): void {
    this.#display?.close();
    this.#session.live = null;
  }

  #download(running: Running, url: string, bytes: number, total: number | null) {
    const known = running.downloads.get(url);
    if (total !== null && bytes >= total) running.downloads.delete(url);
    else running.downloads.set(url, { start: known?.start ?? this.#now(), bytes, total });
  }

  #end(event: BuildEvent, running: Running | undefined) {
    this.#running.delete(event.derivation.hash);
    if (event.kind !== "finished") return;
    this.#done++;
    const took = running ? ` in ${duration(this.#now() - running.start)}` : "";
    this.#session.say(`built ${labelOf(event.derivation)}${took}`);
  }

  #lines(): string[] {
    const { errStyle } = this.#session;
    const lines: string[] = [];
    for (const running of this.#running.values()) {
      const took = duration(this.#now() - running.start);
      lines.push(
        `${errStyle.cyan("*")} ${running.label}  ${errStyle.dim(`${took}  ${running.doing}`)}`,
      );
      for (const { start, bytes, total } of running.downloads.values()) {
        lines.push(`    ${transferText(bytes, total, this.#now() - start)}`);
      }
    }
    lines.push(errStyle.dim(`${this.#done} of ${counted(this.#total, "derivation")} realized`));
    return lines;
  }

  #now(): number {
    return this.#session.system.clock.monotonic();
  }
}

/** `ripgrep 15.1.0`. */
export function labelOf({ name, version }: Pick<Derivation, "name" | "version">): string {
  return version ? `${name} ${version}` : name;
}
