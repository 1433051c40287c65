/** What a package manager of the host is told, and what its answers mean. */
import type { SettingCommand } from "./provider.ts";

export interface Manager {
  /** What must be there. */
  readonly program: string;
  /** For one that belongs to a user: absolute paths where it may be, and its commands by that path. It is run as who
   * owns it. */
  readonly owned?: {
    readonly at: readonly string[];
    readonly command: (program: string, command: SettingCommand) => SettingCommand;
  };
  /** Whether only root may change anything. */
  readonly root: boolean;
  /** Prints what is installed of some packages, or of all; and about which of them it tells. */
  readonly query: (names: readonly string[]) => readonly Query[];
  /** Which of the names that a query is about are installed, by what it printed and ended with. */
  readonly found: (names: readonly string[], answer: Answer) => readonly string[];
  readonly install: (names: readonly string[]) => readonly SettingCommand[];
  readonly remove: (names: readonly string[]) => readonly SettingCommand[];
  /** Whether its exit code says nothing: what it shall have done is looked at. */
  readonly doubted?: boolean;
}

/** A command that asks. */
export interface Query extends SettingCommand {
  readonly about: readonly string[];
}

/** What it ended with, and printed. */
export interface Answer {
  readonly code: number;
  readonly output: string;
}
