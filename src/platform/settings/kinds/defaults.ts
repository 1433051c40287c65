import { readDefaults, splitDefaultKey, valueInDomain, writeDefault } from "../defaults.ts";
import { printed, type Provider } from "../provider.ts";

/** Keys: `<domain>:<key>`. */
export const defaults: Provider = {
  async get({ host, run }, asked) {
    if (host.os !== "darwin") {
      const blocked = "only macOS has defaults (declare it where `syslua.is_darwin`)";
      return asked.map(() => ({ value: null, blocked }));
    }
    const domains = new Map<string, string>();
    for (const domain of new Set(asked.map(({ key }) => splitDefaultKey(key).domain))) {
      domains.set(domain, printed(await run({ argv: readDefaults(domain) })));
    }
    return asked.map((one) => {
      const { domain, key } = splitDefaultKey(one.key);
      return { value: valueInDomain(domains.get(domain)!, key) };
    });
  },
  async set({ must }, changes) {
    for (const { key, after } of changes) {
      const { domain, key: name } = splitDefaultKey(key);
      await must(`set ${key}`, { argv: writeDefault(domain, name, after) });
    }
  },
};
