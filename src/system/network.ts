/** HTTP, as a port: `fetch` without redirects being followed, so that the caller sees each hop. */

export interface HttpRequest {
  readonly url: string;
  readonly method?: "GET" | "HEAD" | "PUT" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | ReadableStream<Uint8Array>;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Sends one request. Rejects with the reason when no answer could be had. */
export interface Network {
  send(request: HttpRequest): Promise<HttpResponse>;
}
