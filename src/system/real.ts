/** The real world behind the ports. */
import { abortable } from "./abortable_body.ts";
import type { Clock } from "./clock.ts";
import type { Arch, Host, Os } from "./host.ts";
import type { System } from "./mod.ts";
import { nativePaths } from "./native_path.ts";
import type { HttpRequest, HttpResponse, Network } from "./network.ts";
import { homeFolder } from "./home.ts";
import { isInMemory } from "./memory_type.ts";
import { startOf } from "./process_start.ts";
import { realAccounts } from "./real_accounts.ts";
import { RealFs } from "./real_fs.ts";
import { isAdministrator } from "./windows/administrator.ts";
import { RealProcesses } from "./real_processes.ts";
import { type Accounts, userIn } from "./accounts.ts";

/** Nothing of Windows is loaded elsewhere. */
const windows = Deno.build.os === "windows" ? await import("./windows/real_windows_fs.ts") : null;

/** This machine. Facts about it are read when they are first asked for. */
export function realSystem(): System {
  return {
    fs: windows?.realWindowsFs() ?? new RealFs(),
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
  readonly accounts: Accounts = realAccounts(Deno.build.os);
  readonly isInMemory = isInMemory;
  // Views of it inherit these too, which they could not if they were private to the runtime.
  private foundUsername: string | undefined;
  private foundHome: string | undefined;
  private foundAdministrator: boolean | undefined;

  get processors(): number {
    return navigator.hardwareConcurrency;
  }

  get hostname(): string {
    return Deno.hostname();
  }

  get username(): string {
    return this.foundUsername ??= this.findUsername();
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

  get administrator(): boolean {
    if (this.os !== "windows") return this.elevated;
    return this.foundAdministrator ??= isAdministrator(this.env("SystemRoot") ?? "C:\\Windows");
  }

  get home(): string {
    if (this.os === "windows") {
      return nativePaths("windows").fromNative(this.env("USERPROFILE") ?? "/");
    }
    return this.foundHome ??= homeFolder({
      uid: this.uid,
      named: this.env("HOME"),
      ownerOf: ownerOfFolder,
      account: () => this.account()?.home ?? null,
    });
  }

  get cwd(): string {
    return nativePaths(this.os).fromNative(Deno.cwd());
  }

  env(name: string): string | undefined {
    return Deno.env.get(name);
  }

  private findUsername(): string {
    if (this.os === "windows") return this.env("USERNAME") ?? "user";
    return this.account()?.name ?? String(this.uid);
  }

  /** The environment says who somebody claims to be. */
  private account() {
    return userIn(readText("/etc/passwd"), this.uid) ?? this.accounts.user(this.uid);
  }
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function ownerOfFolder(path: string): number | null {
  try {
    const { isDirectory, uid } = Deno.statSync(path);
    return isDirectory ? uid : null;
  } catch {
    return null;
  }
}
