/** Takes what somebody has asked for, gives links by which people find it in the store. What only builds have used has
 * none: three names in the file system would cost as much as a small build. */
import type { Outputs } from "./outputs.ts";
import type { ObjectName } from "./names.ts";
import type { StoreWriter } from "./store_writer.ts";
import { discard } from "../system/write_atomic.ts";
import { sparePath } from "./writing.ts";

/** What a derivation is called. */
interface Named {
  readonly name: string;
  readonly version: string | null;
}

/** Makes a link for each of the outputs. Windows has none that need no privilege and move with the root. */
export function linkForPeople(writer: StoreWriter, named: Named, outputs: Outputs): void {
  if (writer.host.os === "windows") return;
  writer.prepare();
  for (const [output, object] of Object.entries(outputs)) link(writer, named, output, object);
}

/** `pkg/<name>/<version>/<platform>`, with the output's name after it where it is not `out`. */
function link(writer: StoreWriter, { name, version }: Named, output: string, object: ObjectName) {
  const { fs, layout, host } = writer;
  let folder = layout.pkg;
  for (const part of [pathPart(name), pathPart(version || "unversioned")]) {
    folder += `/${part}`;
    const there = fs.lstat(folder);
    if (there === null) makeFolder(writer, folder);
    // What people have put there stays theirs: the link is a convenience.
    else if (there.kind !== "dir") return;
  }
  const platform = `${host.arch}-${host.os}${output === "out" ? "" : `-${pathPart(output)}`}`;
  const target = `../../../obj/${object}`;
  const path = `${folder}/${platform}`;
  const there = fs.lstat(path);
  if (there !== null && (there.kind !== "link" || fs.readLink(path) === target)) return;
  const spare = sparePath(layout);
  fs.symlink(target, spare);
  try {
    fs.rename(spare, path);
  } catch (thrown) {
    discard(() => fs.remove(spare));
    throw thrown;
  }
}

function makeFolder({ fs }: StoreWriter, path: string) {
  try {
    fs.mkdir(path, 0o755);
  } catch (thrown) {
    if (fs.lstat(path)?.kind !== "dir") throw thrown;
  }
}

function pathPart(text: string): string {
  return text.replace(/[^A-Za-z0-9+._?=-]/g, "-").replace(/^\.+/, "") || "unnamed";
}
