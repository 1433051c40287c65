import { printed, type Provider } from "../provider.ts";
import { readVariable, valueInQuery, writeVariable } from "../registry.ts";

/** Variables of a Windows session, by name. */
export const environment: Provider = {
  get: ({ run }, asked) =>
    Promise.all(asked.map(async ({ key }) => ({
      value: valueInQuery(printed(await run({ argv: readVariable(key) })), key),
    }))),
  async set({ must }, changes) {
    for (const { key, after } of changes) {
      const argv = writeVariable(key, after === null ? null : String(after));
      await must(`set ${key}`, { argv });
    }
  },
};
