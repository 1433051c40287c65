/** `sys secrets set` */
import { SysError } from "../../../errors.ts";
import { choice, command, toggle } from "../../command.ts";
import { sayWritten } from "../../render/secrets.ts";
import type { Session } from "../../session.ts";

interface Flags {
  readonly stdin?: boolean;
  readonly type: "str" | "int" | "float" | "bool";
}

/** Bytes of a value, at most. */
const MOST = 16 << 20;

export default command<Flags>({
  brief: "Set one value",
  description:
    "Sets a value of a file, which is made, for whom .sops.yaml says, where it is not there. The value is asked for, " +
    "and not shown, or read from standard input: never from the command line, which everybody on the machine can " +
    "read and which a shell remembers. One line is taken without its newline.",
  examples: [
    ["sys secrets set secrets.yaml db.password", "asks for it"],
    ["pass show db | sys secrets set secrets.yaml db.password --stdin", "takes it from a program"],
    ["sys secrets set secrets.yaml tls.key --stdin < key.pem", "takes it from a file"],
    ["sys secrets set secrets.yaml db.port --type int", "a number"],
  ],
  exits: [3, 130],
  flags: {
    stdin: toggle("read the value from standard input"),
    type: choice(["str", "int", "float", "bool"], "str", "what the value is"),
  },
  arguments: [
    {
      name: "file",
      brief: "ends in .yaml, .json, .env or .ini; other files are one value, `data`",
    },
    { name: "path", brief: "the way to the value" },
    { name: "value", brief: "refused: see above", optional: true },
  ],
  // What was not to be there is not to be anywhere else.
  traced: (words) => words.slice(0, 2),
  async run(session, { stdin, type }, [named, way, given]) {
    if (given !== undefined) {
      throw new SysError(
        "usage",
        "Cannot take a value from the command line: others can read it there",
        {
          hint:
            "leave it out and you are asked for it, or give it on standard input with --stdin; " +
            "what you typed may be in the history of your shell now",
        },
      );
    }
    const value = stdin ? await piped(session) : await typed(session, way);
    const { setSecret } = await import("../../../journeys/secrets/set.ts");
    const done = await setSecret(session.system, { named, way, value, type });
    sayWritten(session, done);
    if (done.clear) {
      session.say(
        `${way} is in clear in ${done.path}: the rule of the file leaves it so`,
        "warning",
      );
    }
  },
});

async function piped({ console }: Session): Promise<Uint8Array> {
  const bytes = await console.readAll(MOST);
  if (bytes === null) {
    throw new SysError("usage", `Cannot set a value of more than ${MOST >> 20} MiB`);
  }
  const first = bytes.indexOf(10);
  return first >= 0 && first === bytes.length - 1 ? bytes.slice(0, first) : bytes;
}

async function typed({ console, signal, flags }: Session, way: string): Promise<Uint8Array> {
  if (!console.inIsTerminal || flags.json) {
    throw new SysError("usage", `Cannot ask for the value of ${way}: this is no terminal`, {
      hint: "--stdin reads it from standard input",
    });
  }
  const text = await console.askHidden(`Value of ${way} (not shown): `, signal);
  if (text === null) throw new SysError("interrupted", "Nothing was changed");
  return new TextEncoder().encode(text);
}
