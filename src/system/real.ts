/** The real world behind the ports. */
import type { Clock } from "./clock.ts";
import type { Arch, Host, Os } from "./host.ts";
import type { System } from "./mod.ts";
import type { HttpRequest, HttpResponse, Network } from "./network.ts";
import { RealFs } from "./real_fs.ts";
import { RealProcesses } from "./real_processes.ts";

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
    return { status, headers, body };
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

  get processors(): number {
    return navigator.hardwareConcurrency;
  }

  get hostname(): string {
    return Deno.hostname();
  }

  get username(): string {
    return this.env("USER") ?? this.env("LOGNAME") ?? this.env("USERNAME") ??
      (this.uid === 0 && this.os !== "windows" ? "root" : String(this.uid));
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
    return home ?? (this.uid === 0 ? "/root" : "/");
  }

  get cwd(): string {
    return Deno.cwd();
  }

  env(name: string): string | undefined {
    return Deno.env.get(name);
  }
}
