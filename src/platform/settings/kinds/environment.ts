import { powershellBody } from "../../../manifest/powershell.ts";
import { SysError } from "../../../errors.ts";
import type { SettingChange } from "../../../plan/types.ts";
import { printed, type Provider, type SettingWorld } from "../provider.ts";
import { readScript, valueOfLine, writeScript } from "../registry.ts";

/** How many of them one command line of Windows holds, and their texts. */
const MOST = 40;
const MOST_TEXT = 4_000;

/** Variables of a Windows session, by name, and folders of its PATH. */
export const environment: Provider = {
  async get(world, asked) {
    const values = [];
    for (const some of pieces(asked, ({ key }) => key)) {
      values.push(...await read(world, some.map(({ key }) => key)));
    }
    return values.map((value) => ({ value }));
  },
  async set(world, changes) {
    const size = ({ key, after }: SettingChange) => key + JSON.stringify(after);
    for (const some of pieces(changes, size)) {
      const argv = powershellBody(writeScript(some));
      await world.must(`set ${some.map(({ key }) => key).join(", ")}`, { argv });
    }
  },
};

async function read(world: SettingWorld, keys: readonly string[]) {
  const finished = await world.run({ argv: powershellBody(readScript(keys)) });
  const lines = printed(finished).split("\n").filter((line) => line !== "");
  if (finished.code === 0 && lines.length === keys.length) return lines.map(valueOfLine);
  throw new SysError("activation", "Cannot read the variables of the Windows session", {
    notes: new TextDecoder().decode(finished.stderr).split("\n").filter(Boolean).slice(-10),
  });
}

/** Parts of a list that a command line holds. One that is too long by itself is refused by whoever makes the line. */
function pieces<T>(all: readonly T[], textOf: (one: T) => string): T[][] {
  const found: T[][] = [];
  let room = 0;
  for (const one of all) {
    const size = textOf(one).length;
    if (found.length === 0 || size > room || found.at(-1)!.length === MOST) {
      found.push([]);
      room = MOST_TEXT;
    }
    found.at(-1)!.push(one);
    room -= size;
  }
  return found;
}
