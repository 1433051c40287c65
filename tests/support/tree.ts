/** A tree as data: what lies where, byte for byte, with modes and links. For comparing before and after. */
import { createHash } from "node:crypto";

/** One line for each entry below `root`, sorted: mode, path, and content hash or link target. */
export function describeTree(root: string, skip: readonly string[] = []): string[] {
  const lines: string[] = [];
  const visit = (path: string) => {
    if (skip.includes(path)) return;
    const full = path === "" ? root : `${root}/${path}`;
    const info = Deno.lstatSync(full);
    const mode = ((info.mode ?? 0) & 0o7777).toString(8).padStart(4, "0");
    if (info.isSymlink) lines.push(`link ${path} -> ${Deno.readLinkSync(full)}`);
    else if (info.isDirectory) {
      if (path !== "") lines.push(`dir  ${mode} ${path}`);
      for (const entry of Deno.readDirSync(full)) {
        visit(path === "" ? entry.name : `${path}/${entry.name}`);
      }
    } else {
      const digest = createHash("sha256").update(Deno.readFileSync(full)).digest("hex");
      lines.push(`file ${mode} ${path} ${digest}`);
    }
  };
  visit("");
  return lines.sort();
}

/** Removes a file from the folder of objects, which only sys itself can write to otherwise. */
export function removeObject(path: string): void {
  Deno.chmodSync(path.slice(0, path.lastIndexOf("/")), 0o755);
  Deno.removeSync(path);
}
