import { account, flag, list, optional, text, whole } from "../fields.ts";
import { settingKind } from "../kind.ts";

/** A user of the machine. What is null is as the system has it. */
export const user = settingKind({
  methods: {
    ensure_user: {
      doc: "A user exists, with these fields; what is left out stays as it is. Needs root.",
    },
  },
  args: { name: account("Name of the user.") },
  options: {
    uid: optional(whole("Number of a new user.", { least: 0 })),
    group: optional(account("Main group.")),
    groups: optional(list("Groups that the user is in, beside the main one.")),
    home: optional(text("Home folder; it is not moved.", {
      pattern: "^/[^:\n]*$",
      noun: "a home folder",
    })),
    shell: optional(text("Login shell.", { pattern: "^/[^:\n]*$", noun: "the path of a shell" })),
    comment: optional(text("Full name and the like.", {
      pattern: "^[^:\n]*$",
      noun: "a comment for a user",
      hint: "it is one line without colons",
    })),
    system: flag("A new user is one of the system's, without expiry."),
    create_home: flag("A new user's home folder is made."),
  },
  nouns: ["user", "users"],
  name: ({ name }) => `user ${name}`,
  subject: ({ name }) => `user ${name}`,
  rank: 1,
  // Whether there is one is a setting, and so is each field: each has a former value of its own.
  settings({ name, uid, group, groups, home, shell, comment, system, create_home }) {
    const fields = { group, home, shell, comment };
    return [
      { key: name, value: { uid, ...fields, system, create_home }, machine: true },
      ...Object.entries(fields).filter(([, value]) => value !== null)
        .map(([field, value]) => ({ key: `${name}:${field}`, value, machine: true })),
      ...(groups ?? []).map((one) => ({
        kind: "membership" as const,
        key: `${name}:${one}`,
        value: true,
        machine: true,
      })),
    ];
  },
});
