import { lists } from "../fields.ts";
import { settingKind } from "../kind.ts";

/** Packages of the machine's own package manager. */
export const host_packages = settingKind({
  methods: {
    host_packages: { doc: "Packages of the machine's own package manager are installed." },
  },
  args: {
    packages: lists('Names by manager: `{ apt = { "git" }, brew = { "git" } }`.', {
      pattern: "^[a-z][a-z0-9_-]*$",
      noun: "a name for a package manager",
    }),
  },
  nouns: ["host package", "host packages"],
  name: () => "host packages",
  rank: 3,
  // Homebrew and Scoop belong to a user, and refuse to be run by root.
  settings: ({ packages }) =>
    Object.entries(packages).flatMap(([manager, names]) =>
      names.map((name) => ({
        key: `${manager}:${name}`,
        value: true,
        machine: !["brew", "cask", "scoop"].includes(manager),
      }))
    ),
});
