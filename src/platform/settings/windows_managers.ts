/** The package managers of Windows, by their command lines. None of them asks anything. Pure. */
import { SysError } from "../../errors.ts";
import type { Manager } from "./package_manager.ts";

/** APPINSTALLER_CLI_ERROR_NO_APPLICATIONS_FOUND: what `winget list` ends with where nothing fits. */
const NONE_FOUND = 0x8A150014 | 0;

/** Licenses of packages, and of the source itself, are accepted; ids are compared whole. */
const WINGET = ["--exact", "--accept-source-agreements", "--disable-interactivity"];

/** Each package is asked for, and told by the exit code: a table cuts long ids. */
export const winget: Manager = {
  program: "winget",
  root: false,
  query: (names) =>
    names.map((name) => ({ argv: ["winget", "list", ...WINGET, "--id", name], about: [name] })),
  found(names, { code, output }) {
    if (code === 0) return names;
    if ((code | 0) === NONE_FOUND) return [];
    throw new SysError(
      "activation",
      `Cannot ask winget for ${names.join(", ")}: it ended with ${code}`,
      {
        notes: output.split(/\r?\n/).filter((line) => line.trim() !== "").slice(-10),
      },
    );
  },
  install: (names) =>
    names.map((name) => ({
      argv: [
        "winget",
        "install",
        ...WINGET,
        "--silent",
        "--accept-package-agreements",
        "--id",
        name,
      ],
    })),
  remove: (names) =>
    names.map((name) => ({ argv: ["winget", "uninstall", ...WINGET, "--silent", "--id", name] })),
};

/** What `scoop export` prints. */
interface Exported {
  readonly apps?: readonly { readonly Name: string }[];
}

/** Scoop ends with 0 also where it could do nothing, so it is asked once more. */
export const scoop: Manager = {
  program: "scoop",
  root: false,
  query: (names) => [{ argv: ["scoop", "export"], about: names }],
  found(names, { output }) {
    const start = output.indexOf("{");
    const { apps = [] } = (start < 0 ? {} : JSON.parse(output.slice(start))) as Exported;
    const there = new Set(apps.map(({ Name }) => Name.toLowerCase()));
    // Of `bucket/name` it has the name.
    return names.filter((name) => there.has(name.toLowerCase().split("/").at(-1)!));
  },
  install: (names) => [{ argv: ["scoop", "install", ...names] }],
  remove: (names) => [{ argv: ["scoop", "uninstall", ...names] }],
  doubted: true,
};
