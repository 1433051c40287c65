/** The agent: a process of ours that root starts, that takes on another user's rights, and does with files what it is
 * asked to do. Whatever that user swaps for a link in the meantime leads to nothing that the user could not have
 * reached alone. It keeps root as its real user, so that nobody but root can stop it or look into it, and no groups. */
import process from "node:process";
import { type FileSystem, FsError, type OpenFile } from "../fs.ts";
import { RealFs } from "../real_fs.ts";
import { NO_BYTES, READY, receiveFrame, sendFrame } from "./frames.ts";

/** Bytes of an answer. */
type Answer = { readonly value?: unknown; readonly bytes?: Uint8Array };

/** Serves until the pipes close. Arguments: the folder of the pipes, user, group. */
export function serveAsAgent([folder, uid, gid]: readonly string[]): void {
  const requests = Deno.openSync(`${folder}/requests`, { read: true });
  const answers = Deno.openSync(`${folder}/answers`, { write: true });
  process.setegid!(Number(gid));
  process.seteuid!(Number(uid));
  Deno.stdout.writeSync(new TextEncoder().encode(READY));
  const session = new AgentSession(new RealFs());
  for (let frame = receiveFrame(requests); frame !== null; frame = receiveFrame(requests)) {
    const [name, ...args] = frame.message as [string, ...unknown[]];
    try {
      const { value = null, bytes } = session.answer(name, args, frame.bytes);
      sendFrame(answers, { value }, bytes);
    } catch (thrown) {
      if (!(thrown instanceof FsError)) throw thrown;
      const { doing, path, code } = thrown;
      sendFrame(answers, { error: { doing, path, code } });
    }
  }
}

/** Files that one agent has open, and what it is asked to do with them. */
export class AgentSession {
  readonly #open = new Map<number, OpenFile>();
  #next = 1;

  constructor(readonly fs: FileSystem) {}

  answer(name: string, args: readonly unknown[], bytes: Uint8Array): Answer {
    switch (name) {
      case "openRead":
      case "openItself":
      case "create":
      case "append":
        return { value: this.#keep(this.#call(name, args) as OpenFile) };
      case "readFile":
        return { bytes: this.#call(name, args) as Uint8Array };
      case "handle.read": {
        const buffer = new Uint8Array(args[1] as number);
        return { bytes: buffer.subarray(0, this.#file(args).read(buffer)) };
      }
      case "handle.seek":
        return { value: this.#file(args).seek(args[1] as number) };
      case "handle.write":
        return { value: this.#file(args).write(bytes) };
      case "handle.sync":
        return { value: this.#file(args).sync() };
      case "handle.info":
        return { value: this.#file(args).info() };
      case "handle.chmod":
        return { value: this.#file(args).chmod(args[1] as number) };
      case "handle.chown":
        return { value: this.#file(args).chown(args[1] as number, args[2] as number) };
      case "handle.utime":
        return { value: this.#file(args).utime(args[1] as number) };
      case "handle.close":
        this.#file(args).close();
        return { value: this.#open.delete(args[0] as number), bytes: NO_BYTES };
      default:
        return { value: this.#call(name, args) };
    }
  }

  #call(name: string, args: readonly unknown[]): unknown {
    // deno-lint-ignore no-explicit-any
    return (this.fs as any)[name](...args);
  }

  #keep(file: OpenFile): number {
    this.#open.set(this.#next, file);
    return this.#next++;
  }

  #file([id]: readonly unknown[]): OpenFile {
    return this.#open.get(id as number)!;
  }
}
