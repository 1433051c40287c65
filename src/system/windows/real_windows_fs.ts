/** The files of this machine, where it runs Windows. */
import { DENO_FS } from "../deno_fs.ts";
import { nativePaths } from "../native_path.ts";
import { RealFs } from "../real_fs.ts";
import { block } from "./patience.ts";
import { windowsFs } from "./windows_fs.ts";

export function realWindowsFs(): RealFs {
  const temporary = Deno.env.get("TEMP") ?? `${Deno.env.get("USERPROFILE")}\\AppData\\Local\\Temp`;
  const aside = `${nativePaths("windows").fromNative(temporary)}/syslua-aside`;
  return new RealFs({
    calls: windowsFs(DENO_FS, { aside, pause: block }),
    os: "windows",
    uid: null,
  });
}
