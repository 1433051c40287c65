/** Takes the body of an answer and a signal, gives the same body, which fails when the signal fires. The runtime sees to
 * that only as long as its own copy of the signal has not been collected as garbage. */
export function abortable(
  body: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): ReadableStream<Uint8Array> {
  if (signal === undefined) return body;
  const reader = body.getReader();
  let stop = () => {};
  const done = () => signal.removeEventListener("abort", stop);
  return new ReadableStream<Uint8Array>({
    start(controller) {
      stop = () => {
        controller.error(signal.reason);
        reader.cancel(signal.reason).catch(() => {});
      };
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    },
    async pull(controller) {
      const next = await reader.read().catch((thrown) => {
        done();
        throw thrown;
      });
      if (signal.aborted) return;
      if (!next.done) return controller.enqueue(next.value);
      done();
      controller.close();
    },
    async cancel(reason) {
      done();
      await reader.cancel(reason);
    },
  });
}
