import assert from "node:assert/strict";
import { places, type PlacesHost } from "../../src/platform/places.ts";

function check(
  name: string,
  host: Partial<PlacesHost> & { vars?: Record<string, string> },
  expected: Partial<ReturnType<typeof places>>,
) {
  Deno.test(`places: ${name}`, () => {
    const { vars = {}, ...rest } = host;
    const found = places({
      os: "linux",
      elevated: false,
      home: "/home/me",
      env: (variable) => vars[variable],
      ...rest,
    });
    for (const [key, value] of Object.entries(expected)) {
      assert.equal(found[key as keyof typeof found], value, key);
    }
  });
}

check("Linux", {}, {
  root: "/home/me/.local/share/syslua",
  cache: "/home/me/.cache/syslua",
  config: "/home/me/.config/syslua",
  systemRoot: "/syslua",
  home: "/home/me",
});
check("Linux with XDG variables", {
  vars: { XDG_DATA_HOME: "/d", XDG_CACHE_HOME: "/c/", XDG_CONFIG_HOME: "/e" },
}, { root: "/d/syslua", cache: "/c/syslua", config: "/e/syslua" });
check("relative XDG variables do not count", { vars: { XDG_DATA_HOME: "d", SYSLUA_ROOT: "" } }, {
  root: "/home/me/.local/share/syslua",
});
check("our own variables decide", {
  vars: { XDG_DATA_HOME: "/d", SYSLUA_ROOT: "/r/", SYSLUA_CACHE: "/c/../x" },
}, { root: "/r", cache: "/x" });
check("root", { elevated: true, home: "/root" }, { root: "/syslua", config: "/etc/syslua" });
check("root by `sudo -E`, with a user's XDG variables", {
  elevated: true,
  home: "/root",
  vars: { XDG_CACHE_HOME: "/home/me/.cache", XDG_DATA_HOME: "/home/me/.local/share" },
}, { root: "/syslua", cache: "/root/.cache/syslua" });
check("root with XDG variables of its own", {
  elevated: true,
  home: "/root",
  vars: { XDG_CACHE_HOME: "/root/c" },
}, { cache: "/root/c/syslua" });
check("root with a root of its own", { elevated: true, vars: { SYSLUA_ROOT: "/r" } }, {
  root: "/r",
});
check("macOS: no blank is in the path of the store", { os: "darwin", home: "/Users/me" }, {
  root: "/Users/me/.local/share/syslua",
  cache: "/Users/me/.cache/syslua",
  config: "/Users/me/.config/syslua",
  systemRoot: "/opt/syslua",
});
check("macOS: root, whose / is read-only", {
  os: "darwin",
  elevated: true,
  home: "/var/root",
}, { root: "/opt/syslua", config: "/etc/syslua" });
check("Windows", {
  os: "windows",
  home: "/c/Users/me",
  vars: { LOCALAPPDATA: "D:\\Local", SYSLUA_CACHE: "E:/cache\\sys\\" },
}, {
  root: "/d/Local/syslua",
  cache: "/e/cache/sys",
  config: "/c/Users/me/.config/syslua",
  systemRoot: "/c/syslua",
});
