/** Placeholders: texts that stand for a path which is known only later.
 *
 * A placeholder looks like an absolute path of one part, so that path functions leave it whole, and ends in 32
 * characters of Nix's base32, so that it cannot occur by chance:
 *
 *     /syslua-out-<short hash of "out:<derivation hash>:<output>">
 *     /syslua-src-<source id>
 *     /syslua-input-<short hash of "input:<name>">
 *     /syslua-dir-00000000000000000000000000000000        the config's folder
 */
import { sha256, shortHash } from "../digest.ts";

/** Matches every placeholder in a text. */
export const PLACEHOLDER = /\/syslua-(?:out|src|input|dir)-[0-9a-df-np-sv-z]{32}/g;

/** Stands for the config's folder. */
export const DIR_PLACEHOLDER = `/syslua-dir-${"0".repeat(32)}`;

/** Stands for one output of a derivation. */
export function outputPlaceholder(derivation: string, output: string): string {
  return `/syslua-out-${shortHash(sha256(`out:${derivation}:${output}`))}`;
}

/** Stands for the store's copy of a source. */
export function sourcePlaceholder(id: string): string {
  return `/syslua-src-${id}`;
}

/** Stands for the folder of an input. */
export function inputPlaceholder(name: string): string {
  return `/syslua-input-${shortHash(sha256(`input:${name}`))}`;
}

/** The placeholders in a text, each once. */
export function placeholdersIn(text: string): string[] {
  return text.includes("/syslua-") ? [...new Set(text.match(PLACEHOLDER) ?? [])] : [];
}

/** Puts known values in; a placeholder without one stays. */
export function substitute(text: string, values: ReadonlyMap<string, string>): string {
  return text.includes("/syslua-")
    ? text.replace(PLACEHOLDER, (found) => values.get(found) ?? found)
    : text;
}
