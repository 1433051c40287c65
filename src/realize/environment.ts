/** Takes what a build may use, gives the environment that its commands start from: the same on every machine, and
 * nothing of the user's. `ctx.env` is this table, which a recipe may change. */
import { nativePaths, type Os } from "../system/mod.ts";

/** 1980-01-01: the first date that zip can hold. Tools that write dates into what they make use it. */
export const SOURCE_DATE_EPOCH = 315532800;

/** A folder that is nowhere, and that nobody can make: also root cannot below what is no folder. */
export const NOWHERE = "/dev/null/homeless-shelter";

/** Where the system has its programs. */
export const SYSTEM_PATH: Readonly<Record<Os, readonly string[]>> = {
  linux: ["/usr/bin", "/bin", "/usr/sbin", "/sbin"],
  darwin: ["/usr/bin", "/bin", "/usr/sbin", "/sbin"],
  windows: [
    "C:\\Windows\\System32",
    "C:\\Windows",
    "C:\\Windows\\System32\\WindowsPowerShell\\v1.0",
  ],
};

/** What programs of Windows need to start; as they are where the system is on the usual drive. */
const WINDOWS = {
  ComSpec: "C:\\Windows\\System32\\cmd.exe",
  PATHEXT: ".COM;.EXE;.BAT;.CMD",
  ProgramData: "C:\\ProgramData",
  ProgramFiles: "C:\\Program Files",
  SystemDrive: "C:",
  SystemRoot: "C:\\Windows",
  USERNAME: "builder",
  windir: "C:\\Windows",
};

export interface EnvironmentRequest {
  readonly os: Os;
  /** The scratch folder as the build sees it. */
  readonly tmp: string;
  /** Folders for the front of PATH, the first one wins. */
  readonly tools: readonly string[];
  /** Whether the libraries of this machine's pkg-config may be found. */
  readonly host: boolean;
}

/** The fixed set. */
export function fixedEnvironment(
  { os, tmp, tools, host }: EnvironmentRequest,
): Record<string, string> {
  const windows = os === "windows";
  const { toNative: native, separator } = nativePaths(os);
  return {
    HOME: NOWHERE,
    LANG: "C.UTF-8",
    PATH: [...tools.map(native), ...SYSTEM_PATH[os]].join(separator),
    // What it finds of this machine another one may lack. PKG_CONFIG_PATH adds to it.
    ...(host ? {} : { PKG_CONFIG_LIBDIR: `${NOWHERE}/pkgconfig` }),
    SOURCE_DATE_EPOCH: String(SOURCE_DATE_EPOCH),
    TMPDIR: native(tmp),
    TZ: "UTC",
    ...(windows ? { ...WINDOWS, TEMP: native(tmp), TMP: native(tmp) } : {}),
  };
}
