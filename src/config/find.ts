/** Takes what the user named, or nothing, gives the entry file of the config. */
import { isAbsolute, join } from "node:path/posix";
import { SysError } from "../errors.ts";
import { nativePaths, type System } from "../system/mod.ts";
import { namedPath, variablePath } from "../system/named_path.ts";

/** The name of an entry file in a folder. */
const ENTRY = "init.lua";

/**
 * Absolute path of the entry file. A path may be a file or a folder; without one, the folder that the command was
 * started in is tried when it has an entry point, then the user's configuration folder (as root: `/etc/syslua`).
 * @throws SysError of kind "config" that lists where it looked
 */
export function findConfig(
  { fs, host }: Pick<System, "fs" | "host">,
  path: string | undefined,
): string {
  const kindOf = (name: string) => {
    const info = fs.lstat(name);
    return info?.kind === "link" ? fs.lstat(realPath(name))?.kind : info?.kind;
  };
  const realPath = (name: string) => {
    try {
      return fs.realPath(name);
    } catch {
      return name;
    }
  };
  if (path !== undefined) {
    const named = namedPath(host, path);
    const kind = kindOf(named);
    if (kind === "file") return named;
    if (kind === "dir") {
      const entry = join(named, ENTRY);
      if (kindOf(entry) === "file") return entry;
      throw new SysError("config", `Cannot find a config: there is no ${ENTRY} in ${path}`, {
        hint: "the smallest one is: return { setup = function() end }",
      });
    }
    throw new SysError("config", `Cannot find a config: there is no ${path}`, {
      hint: "give the path of a Lua file, or of a folder with an init.lua",
    });
  }
  const here = join(host.cwd, ENTRY);
  if (kindOf(here) === "file" && isEntryPoint(fs, here)) return here;
  const usual = join(usualFolder(host), ENTRY);
  if (kindOf(usual) === "file") return usual;
  throw new SysError("config", "Cannot find a config", {
    hint: kindOf(here) === "file"
      ? "a config returns a table with a `setup`, which makes the declarations: return { setup = function() … end }"
      : "write an init.lua (the smallest is: return { setup = function() end }), or give the path of one",
    notes: [
      kindOf(here) === "file"
        ? `${here}: is there, but does not look like an entry point (no \`setup\`)`
        : `${here}: not there`,
      `${usual}: not there`,
    ],
  });
}

/** Folder of the user's config. */
export function usualFolder(host: System["host"]): string {
  if (host.elevated && host.os !== "windows") return "/etc/syslua";
  const config = nativePaths(host.os).fromNative(host.env("XDG_CONFIG_HOME") ?? "");
  if (isAbsolute(config)) return join(config, "syslua");
  const data = host.os === "windows" ? variablePath(host, "APPDATA") : undefined;
  return join(data ?? join(host.home, ".config"), "syslua");
}

/** Other programs have an init.lua too. One of ours names its `setup`; running it to be sure would be too much. */
function isEntryPoint(fs: System["fs"], path: string): boolean {
  return /\bsetup\b/.test(new TextDecoder().decode(fs.readFile(path)));
}
