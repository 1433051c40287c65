/** Takes an operation that a recipe asks for, performs it, gives its result. */
import { posix } from "node:path";
import { SysError } from "../errors.ts";
import type { Json } from "../manifest/types.ts";
import { Arguments } from "./arguments.ts";
import { fetchGitTree, fetchNpmTarball, fetchUrl } from "./fetch_ops.ts";
import { run } from "./run.ts";
import { unpack } from "../fetch/unpack/unpack.ts";
import type { World } from "./world.ts";

type Operation = (world: World, args: Arguments) => Json | void | Promise<Json>;

/** Every operation of `ctx`, by name. */
const OPERATIONS: Record<string, Operation> = {
  fetch_url: fetchUrl,
  fetch_git: fetchGitTree,
  fetch_npm: fetchNpmTarball,
  unpack: unpackArchive,
  run: runCommand,
  copy: ({ files }, args) => files.copy(args.text(0, "from"), args.text(1, "to")),
  move: ({ files }, args) => files.move(args.text(0, "from"), args.text(1, "to")),
  mkdir: ({ files }, args) => files.mkdir(args.text(0, "path")),
  write: ({ files }, args) =>
    files.write(
      args.text(0, "path"),
      args.text(1, "text"),
      args.options(2, ["executable"]).flag("executable"),
    ),
  chmod: ({ files }, args) => files.chmod(args.text(0, "path"), modeOf(args)),
  symlink: ({ files }, args) => files.symlink(args.text(0, "to"), args.text(1, "path")),
  remove: ({ files }, args) => files.remove(args.text(0, "path")),
  read: ({ files }, args) => files.read(args.text(0, "path")),
  exists: ({ files }, args) => files.exists(args.text(0, "path")),
  list: ({ files }, args) => files.list(args.text(0, "path")),
  glob: ({ files }, args) => files.glob(args.text(0, "pattern")),
  substitute: ({ files }, args) => files.substitute(args.text(0, "file"), args.map(1, "texts")),
  log: ({ log }, args) => log.line(args.text(0, "text")),
};

/** Performs an operation. @throws SysError that says what could not be done */
export async function runOperation(
  world: World,
  op: string,
  values: readonly Json[],
): Promise<Json> {
  const operation = Object.hasOwn(OPERATIONS, op) ? OPERATIONS[op] : undefined;
  if (operation === undefined) {
    throw new SysError("build", `Cannot call ctx.${op}: there is no such operation`, {
      hint: `there are ${Object.keys(OPERATIONS).map((name) => `ctx.${name}`).join(", ")}`,
    });
  }
  if (op !== "log") {
    const [first] = values.flat();
    const detail = typeof first === "string" ? first : "";
    world.observer({ kind: "op", derivation: world.derivation, op, detail });
  }
  return await operation(world, new Arguments(op, values)) ?? null;
}

async function unpackArchive(world: World, args: Arguments): Promise<Json> {
  const archive = world.within.readable("unpack", args.text(0, "archive"));
  const strip = args.options(2, ["strip"]).number("strip") ?? 0;
  if (!Number.isInteger(strip) || strip < 0) throw args.wrong("strip", "a whole number", strip);
  const stem = posix.basename(archive).replace(
    /(\.tar)?\.(gz|xz|bz2|zst)$|\.(tgz|txz|tar|zip|deb)$/i,
    "",
  );
  const wanted = args.textOrNull(1, "dest") ?? (stem || "unpacked");
  const dest = world.within.writable("unpack to", wanted);
  return await world.works.run(
    world.signal,
    () => unpack(world.system, { archive, dest, strip, signal: world.signal }),
  );
}

async function runCommand(world: World, args: Arguments): Promise<Json> {
  const { within } = world;
  const argv = args.texts(0, "cmd");
  const options = args.options(1, ["cwd", "env", "shell", "stdin", "timeout", "check", "capture"]);
  const timeout = options.number("timeout");
  if (timeout !== null && !(timeout > 0)) {
    throw args.wrong("timeout", "a number of seconds", timeout);
  }
  const folder = options.text("cwd") ?? ".";
  within.readable("run in", folder);
  return await run(world, {
    command: typeof args.value(0) === "string" ? argv[0] : argv,
    // As it was named: in a sandbox only that path exists, not where links outside of it lead.
    cwd: within.absolute(folder),
    env: { ...args.map(2, "ctx.env"), ...options.map("env") },
    shell: options.text("shell"),
    stdin: options.text("stdin"),
    timeout,
    check: options.value("check") !== false,
    capture: options.value("capture") !== false,
  });
}

/** Permission bits: a number, or a text of octal digits. */
function modeOf(args: Arguments): number {
  const value = args.value(1);
  const mode = typeof value === "string" && /^(0o)?[0-7]{3,4}$/.test(value)
    ? parseInt(value.replace("0o", ""), 8)
    : value;
  if (typeof mode === "number" && Number.isInteger(mode) && mode >= 0 && mode <= 0o7777) {
    // Never setuid, setgid or sticky.
    return mode & 0o777;
  }
  throw args.wrong("mode", 'a mode such as "0755"', value);
}
