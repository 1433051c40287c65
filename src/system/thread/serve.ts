/** The thread's side of `transform.ts`. */
import { messageOf, SysError } from "../../errors.ts";
import type { Failure, Message, Start } from "./messages.ts";
import { InputFailed, RingReader, Stopped } from "./ring.ts";

/** Makes one stream of bytes another one. The chunks that it is given are reused. Each that it gives is what it needs no
 * more: where it is all of its buffer, that goes to the program. */
export type Task = (input: Iterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** What is used of the scope of a thread. */
interface Scope {
  onmessage: ((event: { readonly data: Start }) => void) | null;
  postMessage(message: Message, transfer: readonly ArrayBuffer[]): void;
  close(): void;
}

/** Does the task that the program asks for, then ends the thread. For modules that `transform` is given. */
export function serve(tasks: Readonly<Record<string, Task>>): void {
  const scope = globalThis as unknown as Scope;
  scope.onmessage = async ({ data: { ring, task } }) => {
    const last = await perform(tasks[task], new RingReader(ring), scope);
    if (last !== null) scope.postMessage(last, []);
    scope.close();
  };
}

/** Gives the chunks of a task; returns what to say at the end, null where nobody listens. */
async function perform(task: Task, ring: RingReader, scope: Scope): Promise<Message | null> {
  try {
    for await (const chunk of task(ring.chunks(() => scope.postMessage({ kind: "room" }, [])))) {
      ring.give();
      const own = chunk.length === chunk.buffer.byteLength;
      const bytes = own ? chunk as Uint8Array<ArrayBuffer> : new Uint8Array(chunk);
      scope.postMessage({ kind: "chunk", bytes }, [bytes.buffer]);
    }
    return { kind: "done" };
  } catch (thrown) {
    if (thrown instanceof Stopped) return null;
    if (thrown instanceof InputFailed) return { kind: "input failed" };
    return { kind: "failed", failure: failureOf(thrown) };
  }
}

function failureOf(thrown: unknown): Failure {
  const message = messageOf(thrown);
  if (!(thrown instanceof SysError)) return { message, sys: null };
  const { kind, hint, notes } = thrown;
  return { message, sys: { kind, notes, ...(hint === undefined ? {} : { hint }) } };
}
