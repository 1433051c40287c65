/** Takes what is wrong with many files, gives a line for each thing that is wrong. */

/** Files that a line names beside the first. */
const NAMED = 3;

export class Findings {
  /** Files by what is wrong with them. */
  readonly #files = new Map<string, Set<string>>();

  /** `text` follows the file's name. */
  add(file: string, text: string): void {
    const files = this.#files.get(text) ?? new Set();
    this.#files.set(text, files.add(file));
  }

  /** `bin/tmux needs libtinfo.so.6, which only the host has (so do bin/a and bin/b)` */
  texts(): string[] {
    return [...this.#files].map(([text, files]) => {
      const [first, ...others] = [...files];
      if (others.length === 0) return `${first} ${text}`;
      const more = others.length - NAMED;
      const named = others.slice(0, NAMED);
      if (more > 0) named.push(`${more} more`);
      const last = named.pop();
      const list = named.length === 0 ? last : `${named.join(", ")} and ${last}`;
      return `${first} ${text} (${others.length > 1 ? "so do" : "so does"} ${list})`;
    });
  }
}
