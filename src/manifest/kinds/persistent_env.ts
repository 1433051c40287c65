import { text, variable } from "../fields.ts";
import { kind, shownValue } from "../kind.ts";

/** A variable for everything that is started after login. */
export const persistent_env = kind({
  methods: {
    set_persistent_env: {
      doc: "Sets a variable for everything that is started after login, not only for shells.",
    },
  },
  args: {
    name: variable("Name of the variable."),
    value: text("Its value.", { weighed: true }),
  },
  nouns: ["session variable file", "session variable files"],
  name: ({ name }) => `env ${name}`,
  subject: ({ name }) => `persistent_env ${name}`,
  value: ({ value }) => shownValue(value),
  line: ({ name, value }) => `${name}=${value}`,
});
