/** docs/performance.md: the parts of it that the bench writes lie between `<!-- bench: NAME -->` and
 * `<!-- end: NAME -->`; all else is written by hand. */

/** A part of it. */
export interface Section {
  readonly name: string;
  /** Markdown. */
  readonly text: string;
  /** The same, for programs. */
  readonly data: readonly object[];
  /** SVG, by name. */
  readonly pictures: Readonly<Record<string, string>>;
}

export class Page {
  readonly #project: string;
  readonly #path: string;
  #text: string;

  constructor(project: string) {
    this.#project = project;
    this.#path = `${project}/docs/performance.md`;
    this.#text = Deno.readTextFileSync(this.#path);
  }

  /** Renews a part. One that is not there yet is put at the end, under its name. */
  put(name: string, content: string): void {
    this.#text = withPart(this.#text, name, content);
  }

  /** A picture of the page. */
  picture(name: string, svg: string): void {
    const folder = `${this.#project}/docs/performance`;
    Deno.mkdirSync(folder, { recursive: true });
    Deno.writeTextFileSync(`${folder}/${name}.svg`, svg);
  }

  /** Writes it, formatted as the gate wants it. */
  async close(): Promise<void> {
    Deno.writeTextFileSync(this.#path, this.#text);
    await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--quiet", "docs/performance.md", "docs/performance"],
      cwd: this.#project,
    }).output();
  }
}

/** A page with a part of it renewed. */
export function withPart(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- bench: ${name} -->`, `<!-- end: ${name} -->`];
  const part = `${begin}\n\n${content.trim()}\n\n${end}`;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) return `${text.trimEnd()}\n\n## ${name}\n\n${part}\n`;
  return text.slice(0, from) + part + text.slice(to + end.length);
}
