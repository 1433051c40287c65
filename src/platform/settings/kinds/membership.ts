import { accountName, isMember, whyNot } from "../accounts.ts";
import type { Provider } from "../provider.ts";

/** Keys: `<user>:<group>`. */
export const membership: Provider = {
  get: ({ host, accounts }, asked) =>
    asked.map(({ key }) => {
      const [user, group] = key.split(":").map(accountName);
      const member = isMember(accounts, user, group);
      return { value: member ? true : null, ...whyNot(host) };
    }),
  async set({ accounts, must }, changes) {
    for (const { key, after } of changes) {
      const [user, group] = key.split(":").map(accountName);
      const member = isMember(accounts, user, group);
      if (member === (after !== null)) continue;
      // Undoing comes after the user or the group has gone.
      const gone = accounts.user(user) === null || accounts.group(group) === null;
      if (after === null && gone) continue;
      const op = after === null ? "--delete" : "--add";
      await must(
        `${after === null ? "take" : "put"} ${user} ${after === null ? "out of" : "into"} ${group}`,
        {
          argv: ["gpasswd", op, user, group],
        },
      );
    }
  },
};
