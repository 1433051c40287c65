import { accountName, findGroup, findUser, isMember, whyNot } from "../accounts.ts";
import type { Provider } from "../provider.ts";

/** Keys: `<user>:<group>`. */
export const membership: Provider = {
  get: ({ host, read }, asked) =>
    asked.map(({ key }) => {
      const [user, group] = key.split(":").map(accountName);
      const member = isMember(read("/etc/passwd"), read("/etc/group"), user, group);
      return { value: member ? true : null, ...whyNot(host) };
    }),
  async set({ read, must }, changes) {
    for (const { key, after } of changes) {
      const [user, group] = key.split(":").map(accountName);
      const [passwd, groups] = [read("/etc/passwd"), read("/etc/group")];
      const member = isMember(passwd, groups, user, group);
      if (member === (after !== null)) continue;
      // Undoing comes after the user or the group has gone.
      const gone = findUser(passwd, user) === null || findGroup(groups, group) === null;
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
