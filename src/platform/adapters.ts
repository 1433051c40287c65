/** What an apply may use of the platform beside files: commands, services, settings. `platform.ts` makes one. */
import type { LinkSupport } from "./links.ts";
import type {
  Account,
  ObservedSetting,
  SettingChange,
  WantedService,
  WantedSetting,
} from "../plan/types.ts";
import type { Command, Processes } from "../system/processes.ts";

/** Which service is meant. */
export type Service = Pick<WantedService, "name" | "user" | "account" | "unit"> & {
  /** Stopping leaves it disabled. */
  readonly disable?: true;
};

/** Starts and stops services. */
export interface ServiceManager {
  /** Where the unit of a service lies; for a user's, below that user's home.
   * @throws SysError where services of that kind can't be had */
  unitPath(name: string, user: boolean, home: string): string;
  /** Absent where a unit of any content may be a service's. @throws SysError where this one can't be */
  checkUnit?(name: string, content: Uint8Array): void;
  /** A unit in the form in which it is to lie there; absent where it is the one that was given. */
  unitFile?(name: string, content: Uint8Array): Uint8Array;
  /** Enables a service and starts it, from the unit as it is now. */
  start(service: Service): Promise<void>;
  /** Stops a service and disables it. */
  stop(service: Service): Promise<void>;
  running(service: Service): Promise<boolean>;
  /** Whether somebody has disabled it. Absent where that does not outlast its unit. */
  disabled?(service: Service): Promise<boolean>;
}

/** Which settings are meant. */
export type SettingsOf = Pick<WantedSetting, "kind" | "account">;

/** A setting that is asked for. `value` tells what of it matters. */
export type AskedSetting = Pick<WantedSetting, "key" | "value">;

/** Reads and writes what is neither a file nor a service. */
export interface Settings {
  /** What is there, in the order of asking. */
  get(of: SettingsOf, asked: readonly AskedSetting[]): Promise<readonly ObservedSetting[]>;
  /** Gives settings their values, in this order. What has its value already is left alone. */
  set(of: SettingsOf, changes: readonly SettingChange[]): Promise<void>;
}

/** A command that is the same whoever runs it. */
export type PlainCommand = Pick<Command, "argv" | "cwd" | "env">;

export interface Adapters {
  readonly processes: Processes;
  /** Program and arguments that run a line: `["/bin/sh", "-c", line]`. */
  shell(line: string): readonly string[];
  /** What commands find in their environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds that a command may take. */
  readonly commandTimeout: number;
  /** Where commands start. */
  readonly home: string;
  /** The same command, run by root as another user, with that user's groups and home. */
  become(account: Account, command: PlainCommand): PlainCommand;
  /** Gives paths the labels that the security policy of the system has for them. */
  relabel(paths: readonly string[]): Promise<void>;
  /** Why shells of this machine can't read their env scripts, a sentence each. */
  closedShells(): Promise<readonly string[]>;
  /** What can be linked. */
  readonly links: LinkSupport;
  readonly services: ServiceManager;
  readonly settings: Settings;
}
