/** Takes the VM as it was built and the sandbox's own Lua files, gives the VM in which these are loaded already: its
 * memory begins as theirs ends. Reading the files at each start took a third of a small evaluation.
 *
 * WebAssembly is deterministic, so the same bytes come out on every machine. */

const MEMORY = 5, GLOBALS = 6, DATA = 11, DATA_COUNT = 12;
const PAGE = 65536;
/** As `scripts/build_lua.ts` has it. */
const STACK = 1 << 20;
/** Fewer zeroes than a new segment takes are written out. */
const SHORT_GAP = 8;

interface Exports {
  readonly memory: WebAssembly.Memory;
  allocate(size: number): number;
  release(block: number): void;
  open(): number;
  load(block: number): number;
  settle(): void;
  answer(): number;
  answer_size(): number;
}

interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

/** `files`: names and texts, in the order of loading. */
export function imageOf(
  wasm: Uint8Array<ArrayBuffer>,
  files: readonly (readonly string[])[],
): Uint8Array {
  const sections = sectionsOf(wasm);
  const memory = memoryAfter(wasm, files);
  clearStack(memory, stackTop(sections));
  const rest = sections.filter(({ id }) => id !== DATA && id !== DATA_COUNT)
    .map((section) =>
      section.id === MEMORY ? { ...section, body: grown(section, memory) } : section
    );
  return assemble([...rest, { id: DATA, body: segments(memory) }]);
}

function memoryAfter(
  wasm: Uint8Array<ArrayBuffer>,
  files: readonly (readonly string[])[],
): Uint8Array {
  const none = () => {
    throw new Error("the sandbox's own files ask for nothing while they are loaded");
  };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), {
    sys: { tick: none, pause: none, host: none },
  });
  const vm = exports as unknown as Exports;
  if (vm.open() !== 0) throw new Error("there is no room for a VM");
  for (const [name, text] of files) {
    if (lend(vm, [`=(sys)/${name}`, text], (block) => vm.load(block)) === 0) continue;
    const message = new Uint8Array(vm.memory.buffer, vm.answer(), vm.answer_size());
    throw new Error(`${name}: ${new TextDecoder().decode(message)}`);
  }
  vm.settle();
  return new Uint8Array(vm.memory.buffer);
}

/** Hands texts over as `src/lua/instance.ts` does, and leaves nothing of them. */
function lend(vm: Exports, texts: readonly string[], use: (block: number) => number): number {
  const bytes = texts.map((text) => new TextEncoder().encode(text));
  const sizes = new Uint32Array([bytes.length, ...bytes.map(({ length }) => length)]);
  const whole = joined([new Uint8Array(sizes.buffer), ...bytes]);
  const block = vm.allocate(whole.length);
  const view = () => new Uint8Array(vm.memory.buffer, block, whole.length);
  view().set(whole);
  const result = use(block);
  view().fill(0);
  vm.release(block);
  return result;
}

/** What calls left below the top of C's stack is of no use to anyone. */
function clearStack(memory: Uint8Array, top: number) {
  memory.fill(0, top - STACK, top);
}

/** The first value of the stack pointer, which is the only global that changes: after a call it is as before. */
function stackTop(sections: readonly Section[]): number {
  const { body } = sections.find(({ id }) => id === GLOBALS)!;
  const [count, type, mutable, constant] = body;
  if (count !== 1 || type !== 0x7f || mutable !== 1 || constant !== 0x41) {
    throw new Error("the VM has other globals than the pointer to its stack");
  }
  return readNumber(body, 4).value;
}

/** The memory section: as many pages as there are now. */
function grown({ body }: Section, memory: Uint8Array): Uint8Array {
  const [count, limits] = body;
  if (count !== 1 || limits !== 1) throw new Error("the VM has more than one memory, or no limit");
  const { next } = readNumber(body, 2);
  return joined([body.subarray(0, 2), number(memory.length / PAGE), body.subarray(next)]);
}

/** The data section: all that is not zero. */
function segments(memory: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < memory.length;) {
    if (memory[start] === 0) {
      start++;
      continue;
    }
    let end = start + 1;
    for (let at = end; at < memory.length && at - end < SHORT_GAP; at++) {
      if (memory[at] !== 0) end = at + 1;
    }
    // Into memory 0, at a constant.
    const place = [Uint8Array.of(0, 0x41), signed(start), Uint8Array.of(0x0b)];
    parts.push(joined([...place, number(end - start), memory.subarray(start, end)]));
    start = end;
  }
  return joined([number(parts.length), ...parts]);
}

function sectionsOf(wasm: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = 8; at < wasm.length;) {
    const { value, next } = readNumber(wasm, at + 1);
    sections.push({ id: wasm[at], body: wasm.subarray(next, next + value) });
    at = next + value;
  }
  return sections;
}

function assemble(sections: readonly Section[]): Uint8Array {
  const head = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  return joined([
    head,
    ...sections.flatMap(({ id, body }) => [Uint8Array.of(id), number(body.length), body]),
  ]);
}

/** Reads a number in LEB128. */
function readNumber(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0;; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return { value, next: at };
  }
}

/** A number in LEB128. */
function number(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(value % 128 + 128);
  return Uint8Array.from([...bytes, value]);
}

/** The same where bit 6 of the last byte is the sign: no number here is negative. */
function signed(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value > 63; value = Math.floor(value / 128)) bytes.push(value % 128 + 128);
  return Uint8Array.from([...bytes, value]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
