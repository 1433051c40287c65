/** Stands in for Windows' Task Scheduler: schtasks.exe with its messages and exit codes, and the COM object by which
 * PowerShell asks for a task's state. */
import assert from "node:assert/strict";
import { stateScript } from "../../../../src/platform/services/schtasks.ts";
import { needsAdministrator } from "../../../../src/platform/services/task_xml.ts";
import { decodedScript } from "../../powershell_reader.ts";
import { type Element, find, readTask, TaskError } from "../task_schema.ts";
import type { Answer, StandIn } from "./programs.ts";

interface Task {
  readonly xml: Element;
  /** TASK_STATE: 1 disabled, 3 ready, 4 running. */
  state: number;
  result: number;
  /** What it runs, while it does. A new description does not end it. */
  running: Element | null;
}

export interface SchedulerOptions {
  /** Content of a file, by its native path. */
  readonly read: (path: string) => Uint8Array | null;
  readonly administrator?: boolean;
  /** A task ends by itself right before it is ended. */
  readonly vanishing?: boolean;
}

const error = (why: string): Answer => ({ code: 1, stderr: `ERROR: ${why}\r\n` });
const NOT_FOUND = "The system cannot find the file specified.";

export class Scheduler {
  /** By full name. */
  readonly tasks = new Map<string, Task>();
  readonly #options: SchedulerOptions;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** What happens to a running one without sys.lua's doing. */
  ends(name: string, result: number): void {
    Object.assign(this.tasks.get(name)!, { state: 3, result, running: null });
  }

  readonly schtasks: StandIn = ({ args }) => {
    const named = args[args.indexOf("/TN") + 1];
    const task = this.tasks.get(named);
    switch (args[0]) {
      case "/Create":
        return this.#create(named, args);
      case "/Run":
        if (task === undefined) return error(NOT_FOUND);
        if (find(task.xml, "AllowStartOnDemand")?.text === "false") {
          return error("The task has been configured with an unsupported combination of settings.");
        }
        // MultipleInstancesPolicy is IgnoreNew unless it says otherwise.
        Object.assign(task, { state: 4, result: 0x41301, running: task.running ?? task.xml });
        return { stdout: `SUCCESS: Attempted to run the scheduled task "${named}".\r\n` };
      case "/End":
        if (task === undefined) return error(NOT_FOUND);
        if (this.#options.vanishing) this.ends(named, 0);
        if (task.state !== 4) return error("There is no running instance of the task.");
        this.ends(named, 0x41306);
        return {
          stdout: `SUCCESS: The scheduled task "${named}" has been terminated successfully.\r\n`,
        };
      case "/Delete":
        if (!args.includes("/F")) return error("would ask");
        if (!this.tasks.delete(named)) {
          return error("The specified task name does not exist in the system.");
        }
        return { stdout: `SUCCESS: The scheduled task "${named}" was successfully deleted.\r\n` };
    }
    return error(`Invalid argument/option - '${args[0]}'.`);
  };

  #create(named: string, args: readonly string[]): Answer {
    if (/[/:*?"<>|]/.test(named)) {
      return error("The filename, directory name, or volume label syntax is incorrect.");
    }
    if (this.tasks.has(named) && !args.includes("/F")) return error("would ask");
    const file = this.#options.read(args[args.indexOf("/XML") + 1]);
    if (file === null) return error(NOT_FOUND);
    try {
      const xml = readTask(file);
      const asked = needsAdministrator(new TextDecoder("utf-16le").decode(file));
      if (asked !== null && !this.#options.administrator) return error("Access is denied.");
      const former = this.tasks.get(named);
      this.tasks.set(
        named,
        former?.running ? { ...former, xml } : { xml, state: 3, result: 0x41303, running: null },
      );
      return {
        stdout: `SUCCESS: The scheduled task "${named}" has successfully been created.\r\n`,
      };
    } catch (thrown) {
      if (thrown instanceof TaskError) return error(thrown.message);
      throw thrown;
    }
  }

  readonly powershell: StandIn = ({ args }) => {
    const script = decodedScript(["powershell.exe", ...args]);
    const [, name] = /\.GetTask\('([^']*)'\)/.exec(script) ?? [];
    assert.ok(
      name !== undefined && script.includes(stateScript(name)),
      "no script that asks for a task",
    );
    const task = this.tasks.get(`\\syslua\\${name}`);
    return { stdout: task === undefined ? "absent\r\n" : `${task.state} ${task.result}\r\n` };
  };
}
