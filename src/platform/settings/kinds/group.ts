import { accountName, createGroup, whyNot } from "../accounts.ts";
import type { Provider } from "../provider.ts";

/** Keys: names. */
export const group: Provider = {
  get: ({ host, accounts }, asked) =>
    asked.map(({ key, value }) => {
      const group = accounts.group(accountName(key));
      if (group === null) return { value: null, ...whyNot(host) };
      const { gid } = group;
      const wanted = (value as { gid?: number | null } | null)?.gid ?? null;
      if (wanted === null || wanted === gid) return { value };
      const blocked = `it has number ${gid}, and sys does not change that`;
      return { value: { ...value as object, gid }, blocked };
    }),
  async set({ accounts, must }, changes) {
    for (const { key, after } of changes) {
      const there = accounts.group(accountName(key)) !== null;
      if (there === (after !== null)) continue;
      const argv = after === null ? ["groupdel", key] : createGroup(key, after);
      await must(`${after === null ? "remove" : "make"} group ${key}`, { argv });
    }
  },
};
