import { account, flag, optional, whole } from "../fields.ts";
import { settingKind } from "../kind.ts";

/** A group of the machine. */
export const group = settingKind({
  methods: { ensure_group: { doc: "A group exists. Needs root." } },
  args: { name: account("Name of the group.") },
  options: {
    gid: optional(whole("Number of a new group.", { least: 0 })),
    system: flag("A new group is one of the system's."),
  },
  nouns: ["group", "groups"],
  name: ({ name }) => `group ${name}`,
  subject: ({ name }) => `group ${name}`,
  rank: 0,
  settings: ({ name, gid, system }) => [{ key: name, value: { gid, system }, machine: true }],
});
