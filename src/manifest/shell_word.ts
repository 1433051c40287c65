/** A text as one word for a POSIX shell; any text without NUL. Two of them must not touch: zsh may take the quotes
 * between for one. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
