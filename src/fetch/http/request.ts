/** Takes a URL, gives the answer at the end of its redirects. */
import { messageOf, SysError } from "../../errors.ts";
import type { HttpResponse, System } from "../../system/mod.ts";
import { shownUrl, userCredentials } from "./credentials.ts";

/** What to ask for. */
export interface Ask {
  readonly url: string;
  readonly method?: "GET" | "HEAD" | "POST";
  /** Sent to every host, such as `Range`; what proves who asks is not. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent to the first server only: what a recipe gives may hold a secret. */
  readonly privateHeaders?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Milliseconds until the first bytes of an answer must be there. */
  readonly connectTimeout: number;
  readonly signal: AbortSignal;
}

/** An answer whose status is no redirect. */
export interface Answer extends HttpResponse {
  readonly url: string;
}

/** What the runtime puts in front of a reason: whoever tells it names the URL already. */
const RUNTIME = /^error sending request for url \([^)]*\): (client error \(\w+\): )?/;

/** A fetch that failed. `again` says whether trying once more may help, `after` when (milliseconds). */
export class FetchFailure extends Error {
  override readonly name = "FetchFailure";
  constructor(message: string, readonly again: boolean, readonly after: number | null = null) {
    super(message);
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const REDIRECT_LIMIT = 10;

/** Headers that prove who asks. */
const PROOFS = ["authorization", "cookie", "proxy-authorization"];

/** Sends a request and follows redirects by hand. Once one leads to another origin (scheme, host and port), that
 * server and all after it see nothing private: neither headers nor what the user keeps for a host. */
export async function request(
  system: Pick<System, "fs" | "network" | "clock" | "host">,
  ask: Ask,
): Promise<Answer> {
  const { origin } = parseUrl(ask.url);
  let url = parseUrl(ask.url);
  let trusted = true;
  for (let hop = 0; hop <= REDIRECT_LIMIT; hop++) {
    trusted &&= url.origin === origin;
    const answer = await send(system, ask, url, trusted);
    if (!REDIRECTS.has(answer.status)) return { ...answer, url: url.href };
    await answer.body?.cancel();
    const location = answer.headers.get("location");
    if (location === null) {
      throw new FetchFailure(
        `${shownUrl(url.href)} redirects to nowhere (${answer.status})`,
        false,
      );
    }
    url = parseUrl(location, url);
  }
  throw new FetchFailure(
    `more than ${REDIRECT_LIMIT} redirects, the last to ${shownUrl(url.href)}`,
    false,
  );
}

async function send(
  system: Pick<System, "fs" | "network" | "clock" | "host">,
  ask: Ask,
  url: URL,
  trusted: boolean,
): Promise<HttpResponse> {
  const common = { "accept-encoding": "identity", ...lowerCased(ask.headers) };
  const headers = trusted ? { ...proofs(system, ask, url), ...common } : withoutProofs(common);
  const bare = new URL(url);
  bare.username = bare.password = bare.hash = "";

  const connecting = new AbortController();
  const answered = new AbortController();
  const signal = AbortSignal.any([ask.signal, connecting.signal]);
  system.clock.sleep(ask.connectTimeout, AbortSignal.any([ask.signal, answered.signal])).then(
    () => connecting.abort(new Error(`no answer within ${ask.connectTimeout / 1000} s`)),
    () => {},
  );
  try {
    return await system.network.send({
      url: bare.href,
      method: ask.method,
      headers,
      body: ask.body,
      signal,
    });
  } catch (thrown) {
    if (ask.signal.aborted) throw ask.signal.reason;
    const reason = connecting.signal.aborted ? connecting.signal.reason : thrown;
    throw new FetchFailure(messageOf(reason).replace(RUNTIME, ""), true);
  } finally {
    answered.abort();
  }
}

function parseUrl(text: string, base?: URL): URL {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    throw new SysError("fetch", `Cannot fetch ${shownUrl(text)}: it is not a URL`);
  }
  if (url.protocol === "https:" || url.protocol === "http:") return url;
  if (base === undefined) {
    throw new SysError(
      "fetch",
      `Cannot fetch ${shownUrl(text)}: "${url.protocol}" is not supported`,
      {
        hint: "https, http and file URLs are",
      },
    );
  }
  throw new FetchFailure(`redirected to ${shownUrl(url.href)}, which is not on the web`, false);
}

function proofs(
  system: Pick<System, "fs" | "host">,
  { privateHeaders }: Ask,
  url: URL,
): Record<string, string> {
  const credentials = userCredentials(system, url);
  return {
    ...(credentials === null ? {} : { authorization: credentials }),
    ...lowerCased(privateHeaders),
  };
}

function withoutProofs(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !PROOFS.includes(name)));
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([k, v]) => [k.toLowerCase(), v]));
}
