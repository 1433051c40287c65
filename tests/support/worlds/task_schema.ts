/** Reads the description of a task as Windows does: UTF-16 with a byte order mark, well-formed, and by the schema of the
 * Task Scheduler (MS-TSCH 2.5, "XML Task Definition Language"), which takes no element that it does not know.
 *
 * What it has of the schema is what descriptions of programs use; anything else is refused. */

/** An element with its text, or with others in it. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

/** What schtasks says of it. */
export class TaskError extends Error {}

/** Contents of a file → its `Task`. @throws TaskError */
export function readTask(file: Uint8Array): Element {
  if (file[0] !== 0xff || file[1] !== 0xfe) {
    throw new TaskError("The task XML is malformed. (1,1)::ERROR: no byte order mark of UTF-16");
  }
  const text = new TextDecoder("utf-16le", { fatal: true }).decode(file);
  const [declaration] = /^<\?xml version="1\.0" encoding="UTF-16"\?>\s*/.exec(text) ?? [];
  if (declaration === undefined) {
    throw new TaskError("The task XML is malformed. (1,40)::ERROR: unable to switch the encoding");
  }
  const task = readXml(text.slice(declaration.length));
  if (task.attributes.xmlns !== NAMESPACE) {
    throw new TaskError(
      "The task XML contains an element or attribute from an unexpected namespace.",
    );
  }
  check(task, TASK);
  return task;
}

/** The first element of a name below another one. */
export function find(from: Element, name: string): Element | undefined {
  for (const child of from.children) {
    const found = child.name === name ? child : find(child, name);
    if (found) return found;
  }
  return undefined;
}

const NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task";

/** What an element holds: a text of a type, or others. */
type Shape = RegExp | Folder;
interface Folder {
  /** In this order, where it is a sequence. */
  readonly of: Readonly<Record<string, Shape>>;
  readonly sequence?: boolean;
  readonly required?: readonly string[];
  /** How many of one name. */
  readonly many?: boolean;
}

const ANY = /[^]*/;
const BOOLEAN = /^(true|false|0|1)$/;
const DURATION = /^P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?$/;
const NUMBER = /^\d+$/;

const BASE = {
  Enabled: BOOLEAN,
  StartBoundary: TIME,
  EndBoundary: TIME,
  Repetition: {
    of: { Interval: DURATION, Duration: DURATION, StopAtDurationEnd: BOOLEAN },
    required: ["Interval"],
  },
  ExecutionTimeLimit: DURATION,
};
const trigger = (own: Record<string, Shape>): Folder => ({
  of: { ...BASE, ...own },
  sequence: true,
});

const DAYS = Object.fromEntries(
  ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    .map((day) => [day, /^$/]),
);

const TASK: Folder = {
  required: ["Actions"],
  of: {
    RegistrationInfo: {
      of: Object.fromEntries(
        ["URI", "SecurityDescriptor", "Source", "Author", "Version", "Description", "Documentation"]
          .map((name): [string, Shape] => [name, ANY]).concat([["Date", TIME]]),
      ),
    },
    Triggers: {
      many: true,
      of: {
        BootTrigger: trigger({ Delay: DURATION }),
        RegistrationTrigger: trigger({ Delay: DURATION }),
        IdleTrigger: trigger({}),
        TimeTrigger: trigger({ RandomDelay: DURATION }),
        LogonTrigger: trigger({ UserId: ANY, Delay: DURATION }),
        CalendarTrigger: trigger({
          RandomDelay: DURATION,
          ScheduleByDay: { of: { DaysInterval: NUMBER } },
          ScheduleByWeek: { of: { WeeksInterval: NUMBER, DaysOfWeek: { of: DAYS } } },
        }),
      },
    },
    Settings: {
      of: {
        AllowStartOnDemand: BOOLEAN,
        RestartOnFailure: {
          of: { Interval: DURATION, Count: NUMBER },
          required: ["Interval", "Count"],
        },
        MultipleInstancesPolicy: /^(Parallel|Queue|IgnoreNew|StopExisting)$/,
        DisallowStartIfOnBatteries: BOOLEAN,
        StopIfGoingOnBatteries: BOOLEAN,
        AllowHardTerminate: BOOLEAN,
        StartWhenAvailable: BOOLEAN,
        RunOnlyIfNetworkAvailable: BOOLEAN,
        WakeToRun: BOOLEAN,
        Enabled: BOOLEAN,
        Hidden: BOOLEAN,
        DeleteExpiredTaskAfter: DURATION,
        IdleSettings: {
          of: {
            Duration: DURATION,
            WaitTimeout: DURATION,
            StopOnIdleEnd: BOOLEAN,
            RestartOnIdle: BOOLEAN,
          },
        },
        ExecutionTimeLimit: DURATION,
        Priority: /^(10|[0-9])$/,
        RunOnlyIfIdle: BOOLEAN,
        UseUnifiedSchedulingEngine: BOOLEAN,
      },
    },
    Principals: {
      of: {
        Principal: {
          of: {
            UserId: ANY,
            LogonType: /^(S4U|Password|InteractiveToken|InteractiveTokenOrPassword)$/,
            GroupId: ANY,
            DisplayName: ANY,
            RunLevel: /^(LeastPrivilege|HighestAvailable)$/,
          },
        },
      },
    },
    Actions: {
      many: true,
      of: {
        Exec: {
          of: { Command: /[^]/, Arguments: ANY, WorkingDirectory: ANY },
          required: ["Command"],
        },
      },
    },
  },
};

function check(element: Element, shape: Shape): void {
  if (shape instanceof RegExp) {
    if (element.children.length > 0) throw unexpected(element.children[0].name);
    if (shape.test(element.text.trim())) return;
    throw new TaskError(
      `The task XML contains a value which is incorrectly formatted or out of range. ::${element.name}:${element.text}`,
    );
  }
  if (element.text.trim() !== "") throw unexpected("#text");
  const order = Object.keys(shape.of);
  let last = -1;
  const seen = new Set<string>();
  for (const child of element.children) {
    const place = order.indexOf(child.name);
    if (place < 0 || (shape.sequence && place < last)) throw unexpected(child.name);
    if (seen.has(child.name) && !shape.many) throw unexpected(child.name);
    seen.add(child.name);
    last = place;
    check(child, shape.of[child.name]);
  }
  const missing = shape.required?.find((name) => !seen.has(name));
  if (missing !== undefined) {
    throw new TaskError(`The task XML is missing a required element or attribute. ::${missing}`);
  }
}

function unexpected(name: string): TaskError {
  return new TaskError(`The task XML contains an unexpected node. ::${name}:`);
}

/** Well-formed XML without declarations of types, or an error. */
export function readXml(text: string): Element {
  const bare = text.replace(/<!--(?:(?!--)[^])*-->/g, "").trim();
  const token =
    /<(\/?)([A-Za-z_][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
  interface Open {
    name: string;
    attributes: Record<string, string>;
    children: Element[];
    text: string;
  }
  const top: Open = { name: "", attributes: {}, children: [], text: "" };
  const open: Open[] = [top];
  while (token.lastIndex < bare.length) {
    const at = token.lastIndex;
    const found = token.exec(bare);
    if (found === null) throw malformed(bare, at);
    const [, closing, name, attributes = "", empty, inner] = found;
    const current = open.at(-1)!;
    if (inner !== undefined) {
      if (open.length === 1 && inner.trim() !== "") throw malformed(bare, at);
      current.text += unescaped(inner, bare, at);
    } else if (closing !== "") {
      if (open.length === 1 || current.name !== name) throw malformed(bare, at);
      open.pop();
      open.at(-1)!.children.push(current);
    } else {
      const pairs = [...attributes.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)];
      const made: Open = {
        name,
        attributes: Object.fromEntries(
          pairs.map(([, key, one, two]) => [key, unescaped(one ?? two, bare, at)]),
        ),
        children: [],
        text: "",
      };
      if (empty === "") open.push(made);
      else current.children.push(made);
    }
  }
  if (open.length !== 1 || top.children.length !== 1) throw malformed(bare, bare.length);
  return top.children[0];
}

function unescaped(text: string, whole: string, at: number): string {
  return text.replace(/&([^;]*;?)/g, (_, name: string) => {
    const known: Record<string, string> = {
      "lt;": "<",
      "gt;": ">",
      "amp;": "&",
      "quot;": '"',
      "apos;": "'",
    };
    const number = /^#(?:x([0-9A-Fa-f]+)|(\d+));$/.exec(name);
    if (number) return String.fromCodePoint(parseInt(number[1] ?? number[2], number[1] ? 16 : 10));
    if (!Object.hasOwn(known, name)) throw malformed(whole, at);
    return known[name];
  });
}

function malformed(text: string, at: number): TaskError {
  const line = text.slice(0, at).split("\n").length;
  return new TaskError(`The task XML is malformed. (${line},1)::ERROR: incorrect document syntax`);
}
