/** Tells whether whoever called sys has left files open for it, which every program that sys starts would get too. */

const FOLDER = "/proc/self/fdinfo";
/** What the runtime opens itself is closed when a program starts. */
const CLOSED_ON_START = 0o2000000;

/** True also where the system does not tell. */
export function hasInheritedFiles(): boolean {
  try {
    return [...Deno.readDirSync(FOLDER)].some(({ name }) => Number(name) > 2 && isPassedOn(name));
  } catch {
    return true;
  }
}

function isPassedOn(name: string): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(Deno.readTextFileSync(`${FOLDER}/${name}`))?.[1];
    return flags === undefined || (parseInt(flags, 8) & CLOSED_ON_START) === 0;
  } catch (thrown) {
    // The folder itself was open while it was listed.
    return !(thrown instanceof Deno.errors.NotFound);
  }
}
