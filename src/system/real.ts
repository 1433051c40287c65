/** The real world behind the ports. */
import { abortable } from "./abortable_body.ts";
import type { Clock } from "./clock.ts";
import type { Arch, Host, Os } from "./host.ts";
import type { System } from "./mod.ts";
import { nativePaths } from "./native_path.ts";
import type { HttpRequest, HttpResponse, Network } from "./network.ts";
import { startOf } from "./process_start.ts";
import { RealFs } from "./real_fs.ts";
import { RealProcesses } from "./real_processes.ts";
import { nameOfUser } from "./username.ts";

/** This machine. Facts about it are read when they are first asked for. */
export function realSystem(): System {
  return {
    fs: new RealFs(),
    processes: new RealProcesses(),
    network: new RealNetwork(),
    clock: new RealClock(),
    host: new RealHost(),
  };
}

class RealClock implements Clock {
  now(): Date {
    return new Date();
  }

  monotonic(): number {
    return performance.now();
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, milliseconds);
      signal?.addEventListener("abort", stop, { once: true });
    });
  }
}

class RealNetwork implements Network {
  async send(request: HttpRequest): Promise<HttpResponse> {
    const { status, headers, body } = await fetch(request.url, {
      method: request.method ?? "GET",
      headers: request.headers,
      body: request.body as BodyInit | undefined,
      redirect: "manual",
      signal: request.signal,
    });
    return { status, headers, body: body && abortable(body, request.signal) };
  }
}

class RealHost implements Host {
  readonly os: Os = Deno.build.os === "windows"
    ? "windows"
    : Deno.build.os === "darwin"
    ? "darwin"
    : "linux";
  readonly arch: Arch = Deno.build.arch;
  readonly pid: number = Deno.pid;
  readonly startOf = startOf;
  #username: string | undefined;

  get processors(): number {
    return navigator.hardwareConcurrency;
  }

  get hostname(): string {
    return Deno.hostname();
  }

  get username(): string {
    return this.#username ??= this.#findUsername();
  }

  get uid(): number {
    return Deno.uid() ?? 0;
  }

  get gid(): number {
    return Deno.gid() ?? 0;
  }

  get elevated(): boolean {
    return this.os !== "windows" && Deno.uid() === 0;
  }

  get home(): string {
    const home = this.os === "windows" ? this.env("USERPROFILE") : this.env("HOME");
    return nativePaths(this.os).fromNative(home ?? (this.uid === 0 ? "/root" : "/"));
  }

  get cwd(): string {
    return nativePaths(this.os).fromNative(Deno.cwd());
  }

  env(name: string): string | undefined {
    return Deno.env.get(name);
  }

  #findUsername(): string {
    if (this.os === "windows") return this.env("USERNAME") ?? "user";
    const known = nameOfUser(readText("/etc/passwd"), this.uid);
    if (known !== null) return known;
    // Accounts of a directory service, and all those of macOS, are in no file.
    try {
      const { success, stdout } = new Deno.Command("id", { args: ["-un"], stderr: "null" })
        .outputSync();
      const name = new TextDecoder().decode(stdout).trim();
      if (success && name !== "") return name;
    } catch {
      // There is no `id` here.
    }
    return String(this.uid);
  }
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
