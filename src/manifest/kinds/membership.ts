import { account } from "../fields.ts";
import { settingKind } from "../kind.ts";

/** A user in a group. */
export const membership = settingKind({
  methods: { add_to_group: { doc: "A user joins a group. Needs root." } },
  args: { user: account("Name of the user."), group: account("Name of the group.") },
  nouns: ["group membership", "group memberships"],
  name: ({ user, group }) => `membership of ${user} in ${group}`,
  rank: 2,
  settings: ({ user, group }) => [{ key: `${user}:${group}`, value: true, machine: true }],
});
