/** Takes a user, starts an agent with that user's rights. Only root can. */
import { type FileOwner, type FileSystem, type FsCode, FsError } from "../fs.ts";
import { AgentFs } from "./agent_fs.ts";
import { receiveFrame, sendFrame } from "./frames.ts";
import { AGENT } from "./name.ts";
import { READY } from "./frames.ts";

/** An agent that runs. */
export interface Agent {
  readonly fs: FileSystem;
  /** Whether it has ended, as it does when it is killed or this process closes. */
  ended(): boolean;
  /** Ends it, and waits until it has. */
  end(): Promise<void>;
}

/** Starts one. It ends with this process, whose end closes the pipes.
 * @throws FsError when there is none to be had */
export async function startAgent({ uid, gid }: FileOwner): Promise<Agent> {
  const folder = Deno.makeTempDirSync({ prefix: "syslua-agent-" });
  try {
    const names = [`${folder}/requests`, `${folder}/answers`];
    await makePipes(names);
    // Open on both sides at first, so that no side has to wait for the other.
    const held = names.map((name) => Deno.openSync(name, { read: true, write: true }));
    try {
      const child = new Deno.Command(Deno.execPath(), {
        args: [...programArgs(), AGENT, folder, String(uid), String(gid)],
        ...WITHOUT_GROUPS,
        clearEnv: true,
        env: environment(),
        cwd: "/",
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      await untilReady(child, uid);
      child.unref();
      const requests = Deno.openSync(names[0], { write: true });
      const answers = Deno.openSync(names[1], { read: true });
      return connect(child, { requests, answers }, uid);
    } finally {
      held.forEach((file) => file.close());
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function connect(
  child: Deno.ChildProcess,
  { requests, answers }: Readonly<Record<"requests" | "answers", Deno.FsFile>>,
  uid: number,
): Agent {
  let ended = false;
  const gone = (cause?: unknown) => {
    ended = true;
    return new FsError("go on as the user", String(uid), "EIO", cause);
  };
  const fs = new AgentFs((request, bytes) => {
    if (ended) throw gone();
    let answer;
    try {
      sendFrame(requests, request, bytes);
      answer = receiveFrame(answers);
    } catch (thrown) {
      throw gone(thrown);
    }
    if (answer === null) throw gone();
    const { value, error } = answer.message as {
      value: unknown;
      error?: { doing: string; path: string; code: FsCode };
    };
    if (error) throw new FsError(error.doing, error.path, error.code);
    return { value, bytes: answer.bytes };
  }, uid);
  const end = async () => {
    ended = true;
    requests.close();
    child.ref();
    await child.status;
    answers.close();
  };
  return { fs, ended: () => ended, end };
}

/** Naming a user makes the runtime take all groups away; those of root would be rights of root. */
const WITHOUT_GROUPS = { uid: 0, gid: 0 } as const;

/** What runs this program: the compiled one is whole in itself. */
function programArgs(): string[] {
  if (Deno.build.standalone) return [];
  const main = new URL("../../../main.ts", import.meta.url);
  const config = new URL("../../../deno.json", import.meta.url);
  const permissions = ["read", "write", "env", "sys"].map((kind) => `--allow-${kind}`);
  return [
    ...["run", "--quiet", "--no-check", "--cached-only", "--config", config.pathname],
    ...permissions,
    main.pathname,
  ];
}

/** The runtime's own cache, for a program that runs from source. */
function environment(): Record<string, string> {
  const names = Deno.build.standalone ? [] : ["HOME", "DENO_DIR"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Makes them in a process that is started as the agent will be, which tells the groups that it has. */
async function makePipes(paths: readonly string[]): Promise<void> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", 'mkfifo -m 600 "$@" && id -G', "sh", ...paths],
    ...WITHOUT_GROUPS,
    stdin: "null",
    stderr: "null",
  }).output();
  const groups = new TextDecoder().decode(stdout).trim();
  if (groups === "0") return;
  const why = groups === "" ? "no pipe can be made" : `the groups ${groups} stay`;
  throw new FsError("start an agent in", paths[0], "EUNKNOWN", new Error(why));
}

/** Waits until the agent listens. @throws FsError with what it said when it ends instead */
async function untilReady(child: Deno.ChildProcess, uid: number): Promise<void> {
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  if (value !== undefined && new TextDecoder().decode(value) === READY) {
    return await child.stderr.cancel();
  }
  const said = await new Response(child.stderr).text();
  throw new FsError("act as the user", String(uid), "EUNKNOWN", new Error(said.trim()));
}
