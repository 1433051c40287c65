/** Takes an ELF file and a change of its bytes, writes it anew: it may share its content with others by hard links. */
import type { FileSystem } from "../system/mod.ts";
import { BytesOfFile } from "../system/bytes.ts";
import { type Elf, readElf } from "./inspect/elf.ts";

/** `change` gives the new bytes, or null to leave the file as it is. It is not called for what is no ELF file. */
export function changeElf(
  fs: FileSystem,
  path: string,
  change: (elf: Elf, bytes: () => Uint8Array) => Uint8Array | null,
): void {
  const info = fs.lstat(path);
  if (info?.kind !== "file") return;
  const elf = elfAt(fs, path, info.size);
  const changed = elf && change(elf, () => fs.readFile(path).slice());
  if (changed === null) return;
  fs.remove(path);
  const file = fs.create(path, info.mode);
  try {
    file.write(changed);
  } finally {
    file.close();
  }
}

function elfAt(fs: FileSystem, path: string, size: number): Elf | null {
  const handle = fs.openRead(path);
  try {
    return readElf(new BytesOfFile(handle, size));
  } finally {
    handle.close();
  }
}
