/** Takes a text that is kept and the name of what it tells of, gives what is kept with it, so that one that was changed,
 * or is another's, is noticed. It is no secret: who may write the one may write the other. */
import { sha256, shortHash } from "../digest.ts";

export function checkText(name: string, text: string): string {
  return shortHash(sha256(`${name}\n${text}`));
}
