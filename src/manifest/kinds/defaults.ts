import { data, text } from "../fields.ts";
import { settingKind, shownValue } from "../kind.ts";

/** A setting of macOS, as `defaults` writes it. */
export const defaults = settingKind({
  methods: { set_default: { doc: "Sets a default of macOS." } },
  args: {
    domain: text("`com.apple.dock`."),
    key: text("`autohide`."),
    value: data(
      'Text, number, boolean, list or table; `{ ["plist:data"] = … }`, `plist:date` and `plist:real` for other types.',
      { weighed: true },
    ),
  },
  nouns: ["setting", "settings"],
  name: ({ domain, key }) => `default ${domain} ${key}`,
  subject: ({ domain, key }) => `default ${domain} ${key}`,
  value: ({ value }) => shownValue(value),
  line: ({ domain, key }) => `${domain} ${key}`,
  // No domain has a colon.
  settings: ({ domain, key, value }) => [{ key: `${domain}:${key}`, value }],
});
