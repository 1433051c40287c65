/** The ports behind which the world lies. A function asks for those that it uses: `Pick<System, "fs">`. */
import type { Clock } from "./clock.ts";
import type { FileSystem } from "./fs.ts";
import type { Host } from "./host.ts";
import type { Network } from "./network.ts";
import type { Processes } from "./processes.ts";

export interface System {
  readonly fs: FileSystem;
  readonly processes: Processes;
  readonly network: Network;
  readonly clock: Clock;
  readonly host: Host;
}

export type { Clock } from "./clock.ts";
export type { Console } from "./console.ts";
export { FsError } from "./fs.ts";
export type {
  FileHandle,
  FileInfo,
  FileLock,
  FileSystem,
  FsCode,
  LiveFs,
  OpenFile,
  ReadFs,
} from "./fs.ts";
export type { Arch, Host, Os } from "./host.ts";
export { nativePaths } from "./native_path.ts";
export type { NativePaths } from "./native_path.ts";
export type { HttpRequest, HttpResponse, Network } from "./network.ts";
export type { Command, Finished, Keeper, Processes } from "./processes.ts";
