/** An HTTP server on loopback that answers exactly what a test says, also wrongly. */

export interface Asked {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Bytes of the body after which the connection is closed. */
  readonly cut?: number;
  /** Bytes of the body (-1: not even the head) after which nothing more comes. */
  readonly stall?: number;
}

export class Server implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly #listener: Deno.Listener<Deno.Conn>;
  readonly #scheme: "http" | "https";
  readonly #open = new Set<Deno.Conn>();
  readonly #served: Promise<void>;
  readonly #answer: (asked: Asked, n: number) => Reply | Promise<Reply>;

  /** With a certificate and its key, both PEM, it speaks TLS. */
  constructor(
    answer: (asked: Asked, n: number) => Reply | Promise<Reply>,
    tls?: { readonly cert: string; readonly key: string },
  ) {
    this.#answer = answer;
    const at = { hostname: "127.0.0.1", port: 0 };
    this.#listener = tls === undefined ? Deno.listen(at) : Deno.listenTls({ ...at, ...tls });
    this.#scheme = tls === undefined ? "http" : "https";
    this.#served = this.#serve();
  }

  /** `http://127.0.0.1:<port>/file`, or by another name of the same machine. */
  url(path = "/file", host = "127.0.0.1"): string {
    const { port } = this.#listener.addr as Deno.NetAddr;
    return `${this.#scheme}://${host}:${port}${path}`;
  }

  async [Symbol.asyncDispose]() {
    this.#listener.close();
    for (const connection of this.#open) {
      try {
        connection.close();
      } catch {
        // It was closed by the other side.
      }
    }
    await this.#served;
  }

  async #serve() {
    const running: Promise<void>[] = [];
    try {
      for await (const connection of this.#listener) {
        this.#open.add(connection);
        running.push(this.#handle(connection).catch(() => {}));
      }
    } finally {
      await Promise.all(running);
    }
  }

  async #handle(connection: Deno.Conn) {
    const buffer = new Uint8Array(64 << 10);
    let head = "";
    while (!head.includes("\r\n\r\n")) {
      const count = await connection.read(buffer);
      if (count === null) return;
      head += new TextDecoder().decode(buffer.subarray(0, count));
    }
    const [line, ...lines] = head.split("\r\n\r\n")[0].split("\r\n");
    const headers = Object.fromEntries(lines.map((text) => {
      const colon = text.indexOf(":");
      return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).trim()];
    }));
    const asked = { path: line.split(" ")[1], headers };
    this.asked.push(asked);
    const reply = await this.#answer(asked, this.asked.length);
    if (reply.stall === -1) return;
    const body = typeof reply.body === "string"
      ? new TextEncoder().encode(reply.body)
      : reply.body ?? new Uint8Array();
    const all = { "content-length": String(body.length), connection: "close", ...reply.headers };
    // A header without a value is left out.
    const sent = Object.entries(all).filter(([, value]) => value !== "");
    const text = sent.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const status = reply.status ?? 200;
    await connection.write(new TextEncoder().encode(`HTTP/1.1 ${status} X\r\n${text}\r\n`));
    const end = reply.cut ?? reply.stall ?? body.length;
    for (let at = 0; at < end;) at += await connection.write(body.subarray(at, end));
    if (reply.stall === undefined) connection.close();
  }
}

/** Serves a body, in part where a range is asked for and the validator fits. */
export function ranged(body: Uint8Array, etag: string, asked: Asked): Reply {
  const range = /^bytes=(\d+)-$/.exec(asked.headers.range ?? "");
  if (range === null || asked.headers["if-range"] !== etag) return { body, headers: { etag } };
  const from = Number(range[1]);
  return {
    status: 206,
    body: body.subarray(from),
    headers: { etag, "content-range": `bytes ${from}-${body.length - 1}/${body.length}` },
  };
}
