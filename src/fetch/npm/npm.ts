/** Takes a package's name, version and integrity, gives its tarball from the registry that npm is configured with. */
import { basename } from "node:path/posix";
import type { Digest } from "../../digest.ts";
import { SysError } from "../../errors.ts";
import {
  download,
  type Downloaded,
  type DownloadProgress,
  type DownloadSystem,
} from "../http/download.ts";
import { NpmConfig } from "./npmrc.ts";
import { FetchFailure, request } from "../http/request.ts";
import { failureOf, retry, RETRY_POLICY, type RetryPolicy } from "../http/retry.ts";

export interface NpmRequest {
  /** `name` or `@scope/name`. */
  readonly name: string;
  readonly version: string;
  readonly digest: Digest;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal: AbortSignal;
  readonly retryPolicy?: RetryPolicy;
}

/** Fetches a package's tarball. @throws SysError of kind "fetch" */
export async function fetchNpm(
  system: DownloadSystem,
  cacheDir: string,
  wanted: NpmRequest,
): Promise<Downloaded> {
  const { name, version } = wanted;
  if (!/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]*$/.test(name)) {
    throw new SysError("fetch", `Cannot fetch "${name}" from npm: that is no package's name`);
  }
  if (!/^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/.test(version)) {
    throw new SysError("fetch", `Cannot fetch ${name} from npm: "${version}" is no exact version`);
  }
  const config = new NpmConfig(system);
  const registry = config.registryFor(name);
  const from = (url: string) => {
    const authorization = config.authorizationFor(url);
    return download(system, cacheDir, {
      urls: [url],
      digest: wanted.digest,
      headers: authorization === null ? {} : { authorization },
      onProgress: wanted.onProgress,
      signal: wanted.signal,
      retryPolicy: wanted.retryPolicy,
    });
  };
  const usual = `${registry}${name}/-/${basename(name)}-${version}.tgz`;
  try {
    return await from(usual);
  } catch (thrown) {
    // Some registries keep tarballs elsewhere; their page of the package tells where.
    if (!(thrown instanceof SysError) || !/answered 40[0-9]/.test(thrown.message)) throw thrown;
    const told = await tarballUrl(system, config, registry, wanted);
    if (told === null || told === usual) throw thrown;
    return await from(told);
  }
}

/** Where the registry says that the tarball is; null when it does not. */
async function tarballUrl(
  system: DownloadSystem,
  config: NpmConfig,
  registry: string,
  { name, version, signal, retryPolicy = RETRY_POLICY }: NpmRequest,
): Promise<string | null> {
  const url = `${registry}${name.replace("/", "%2f")}`;
  const authorization = config.authorizationFor(url);
  try {
    return await retry(system.clock, retryPolicy, signal, async () => {
      const answer = await request(system, {
        url,
        headers: { accept: "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8" },
        privateHeaders: authorization === null ? {} : { authorization },
        connectTimeout: retryPolicy.connect,
        signal,
      });
      const failure = failureOf(answer.status, answer.headers, system.clock.now());
      if (failure !== null) {
        await answer.body?.cancel();
        throw failure;
      }
      const told = JSON.parse(await new Response(answer.body).text());
      const tarball = told?.versions?.[version]?.dist?.tarball;
      if (typeof tarball !== "string") {
        throw new SysError(
          "fetch",
          `Cannot fetch ${name} ${version}: the registry has no such version`,
        );
      }
      return tarball;
    });
  } catch (thrown) {
    if (thrown instanceof FetchFailure || thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}
