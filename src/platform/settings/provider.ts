/** What the settings of one kind are read and given with. The kinds are the files of `kinds/`. */
import type { Account, ObservedSetting, SettingChange } from "../../plan/types.ts";
import type { Finished } from "../../system/processes.ts";
import type { System } from "../../system/mod.ts";
import type { Accounts } from "../../system/accounts.ts";
import type { AskedSetting } from "../adapters.ts";

/** What is run, and what it reads on standard input. */
export interface SettingCommand {
  readonly argv: readonly string[];
  readonly stdin?: string;
}

/** What of the machine a kind may use. Commands run as the user whose settings they are. */
export interface SettingWorld {
  readonly host: System["host"];
  run(command: SettingCommand): Promise<Finished>;
  /** Runs what has to succeed. @throws SysError with the last lines that it printed */
  must(what: string, command: SettingCommand): Promise<void>;
  /** Absolute path of a program; null where there is none. */
  which(program: string): string | null;
  readonly accounts: Accounts;
  /** Home of the user whose settings they are. */
  readonly home: string;
  /** Number of the user whose a file is; null where there is none. */
  ownerOf(path: string): number | null;
  /** The same as another user. */
  as(account: Account): SettingWorld;
  /** Whether a folder is there that may not be looked into. */
  isClosed(folder: string): boolean;
}

/** Reads and gives settings of one kind. */
export interface Provider {
  get(
    world: SettingWorld,
    asked: readonly AskedSetting[],
  ): readonly ObservedSetting[] | Promise<readonly ObservedSetting[]>;
  set(world: SettingWorld, changes: readonly SettingChange[]): Promise<void>;
}

/** What a command printed. */
export function printed({ stdout }: Finished): string {
  return new TextDecoder().decode(stdout);
}
