import type { ObservedSetting, SettingChange } from "../../../plan/types.ts";
import { accountName, changeUser, createUser, fieldOfUser, whyNot } from "../accounts.ts";
import type { Provider, SettingWorld } from "../provider.ts";

/** Keys: `<name>` for whether there is one, `<name>:<field>` for each field that matters. */
export const user: Provider = {
  get: (world, asked) => asked.map(({ key, value }) => observed(world, key, value)),
  async set(world, changes) {
    for (const change of changes) await give(world, change);
  },
};

function observed(
  world: SettingWorld,
  key: string,
  wanted: ObservedSetting["value"],
): ObservedSetting {
  const [name, field] = key.split(":");
  const blocked = whyNot(world.host);
  const found = world.accounts.user(accountName(name));
  if (found === null) return { value: null, ...blocked };
  if (field !== undefined) {
    return { value: fieldOfUser(world.accounts, name, field), ...blocked };
  }
  const uid = (wanted as { uid?: number | null } | null)?.uid ?? null;
  if (uid === null || uid === found.uid) return { value: wanted };
  // Every file of the user's would be somebody else's.
  const why = `it has number ${found.uid}, and sys does not change that`;
  return { value: { ...wanted as object, uid: found.uid }, blocked: why };
}

/** A home that was made, whose owner is nobody any more, and that holds nothing but what every new one does (or a part
 * of that, where whoever removed it was killed) goes. Any other stays: it holds the user's files. */
const REMOVE_HOME = `
  if [ -d "$1" ] && [ ! -L "$1" ] && [ "$(stat -c %U "$1")" = UNKNOWN ]; then
    found=$(LC_ALL=C diff -r --no-dereference "$1" /etc/skel)
    [ $? -le 1 ] && ! printf '%s\\n' "$found" | grep -v '^Only in /etc/skel[:/]' | grep -q . &&
      rm -r "$1"
  fi
  [ -f "/var/mail/$2" ] && [ ! -s "/var/mail/$2" ] && rm "/var/mail/$2"`;

async function give(world: SettingWorld, { key, before, after }: SettingChange): Promise<void> {
  const [name, field] = key.split(":");
  const found = world.accounts.user(accountName(name));
  const there = found !== null;
  if (field === undefined) {
    // Done already, or undone already: both are harmless.
    if (there !== (after !== null)) await makeOrRemove(world, name, after);
    const made = before as { create_home?: unknown; home?: unknown } | null;
    if (after !== null || made?.create_home !== true) return;
    // Also where the user is gone already: whoever removed the user may have been killed right then.
    const home = found?.home ?? (typeof made.home === "string" ? made.home : `/home/${name}`);
    await world.run({ argv: ["sh", "-c", REMOVE_HOME, "sh", home, name] });
    return;
  }
  if (!there || after === null) return;
  if (fieldOfUser(world.accounts, name, field) === after) {
    return;
  }
  await world.must(`change the ${field} of ${name}`, {
    argv: changeUser(name, field, String(after)),
  });
}

async function makeOrRemove(
  world: SettingWorld,
  name: string,
  after: SettingChange["after"],
): Promise<void> {
  // A group of the user's name goes with the user.
  const grouped = world.accounts.group(name) !== null;
  const argv = after === null ? ["userdel", name] : createUser(name, after, grouped);
  await world.must(`${after === null ? "remove" : "make"} user ${name}`, { argv });
}
