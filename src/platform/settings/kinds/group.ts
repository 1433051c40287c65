import { accountName, createGroup, findGroup, whyNot } from "../accounts.ts";
import type { Provider } from "../provider.ts";

/** Keys: names. */
export const group: Provider = {
  get: ({ host, read }, asked) =>
    asked.map(({ key, value }) => {
      const gid = findGroup(read("/etc/group"), accountName(key));
      if (gid === null) return { value: null, ...whyNot(host) };
      const wanted = (value as { gid?: number | null } | null)?.gid ?? null;
      if (wanted === null || wanted === gid) return { value };
      const blocked = `it has number ${gid}, and sys does not change that`;
      return { value: { ...value as object, gid }, blocked };
    }),
  async set({ read, must }, changes) {
    for (const { key, after } of changes) {
      const there = findGroup(read("/etc/group"), accountName(key)) !== null;
      if (there === (after !== null)) continue;
      const argv = after === null ? ["groupdel", key] : createGroup(key, after);
      await must(`${after === null ? "remove" : "make"} group ${key}`, { argv });
    }
  },
};
