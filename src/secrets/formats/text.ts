/** Text in UTF-8, as all formats but the binary one have it. */
import { badFile } from "../bad_file.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** @throws SysError where it is none */
export function decoded(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw badFile(
      "it is no text in UTF-8",
      "files that are no text end neither in .yaml nor .json, .env, .ini",
    );
  }
}

export function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What is wrong with a text, and where. @param line from 1 */
export function wrongAt(line: number, what: string, hint?: string) {
  return badFile(`line ${line}: ${what}`, hint);
}
