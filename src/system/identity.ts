/** What tells one executable from every other. */

/** Of a program's file: another one in its place differs, also one with the same size that was given the same time. */
export function identityOf(path: string): string {
  const { dev, ino, size, mtime, ctime } = Deno.statSync(path);
  return [path, dev, ino, size, mtime?.getTime(), ctime?.getTime()].join(" ");
}
