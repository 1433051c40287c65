import { flag, script, text } from "../fields.ts";
import { kind } from "../kind.ts";
import { shownOrigin } from "../origin.ts";

/** A service that is installed, enabled and running. */
export const service = kind({
  methods: { enable_service: { doc: "Installs, enables and starts a service." } },
  args: {
    name: text("Name of the service.", {
      pattern: "^[%w][%w@_.:\\-]*$",
      noun: "a name for a service",
      hint: "letters, digits and @ _ . : - can be in it",
    }),
  },
  options: {
    unit: script("The unit: a path as for `source_in_shell`, or its text.", { weighed: true }),
    user: flag(
      "A service of the user's session (the default), or with `false` of the system.",
      true,
    ),
  },
  nouns: ["service", "services"],
  name: ({ name }) => `service ${name}`,
  subject: ({ name, user }) => `service ${user ? "user" : "system"} ${name}`,
  rivals: ({ name }) => `units for service ${name}`,
  part: "unit",
  value: ({ unit }) => shownOrigin(unit),
  line: ({ name }) => name,
});
