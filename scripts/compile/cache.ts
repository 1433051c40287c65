/** Makes what V8 keeps of the script: the byte code of each function that the usual commands call. It is part of the
 * executable, and believed as all of that is. */
import { createHash } from "node:crypto";
import { PROJECT } from "./deno.ts";

/** A config with some of what most have. */
const CONFIG = `return { setup = function()
  file { path = "~/link", source = "./file" }
  file { path = "~/copy", source = "./file", mutable = true }
  file { path = "~/text", content = "text" }
  file { path = "~/tree", source = "./tree", recursive = true }
  env { EDITOR = "vi" }
end }
`;

/** Gives the byte code of scripts, by their names.
 * @param compile makes an executable of the entry `train` */
export async function makeCache(
  compile: (output: string) => Promise<void>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = `${PROJECT}/dist/training`;
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  Deno.mkdirSync(folder, { recursive: true });
  try {
    const program = `${folder}/train${Deno.build.os === "windows" ? ".exe" : ""}`;
    await compile(program);
    return await twiceTheSame(() => train(program, `${folder}/world`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What is called once in a while differs with what else the machine does. */
const MOST_TRIES = 9;

/** The first that comes a second time. */
async function twiceTheSame<T extends ReadonlyMap<string, Uint8Array>>(
  make: () => Promise<T>,
): Promise<T> {
  const seen = new Set<string>();
  for (let n = 0; n < MOST_TRIES; n++) {
    const made = await make();
    const hash = createHash("sha256");
    for (const bytes of made.values()) hash.update(bytes);
    const digest = hash.digest("hex");
    if (seen.has(digest)) return made;
    seen.add(digest);
  }
  throw new Error("the byte code is another one each time");
}

/** Runs the commands in a folder that is made for it. Its name is always the same: what is called may depend on names. */
async function train(program: string, folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  for (const path of ["home", "trained", "config/tree/folder"]) {
    Deno.mkdirSync(`${folder}/${path}`, { recursive: true });
  }
  Deno.writeTextFileSync(`${folder}/config/init.lua`, CONFIG);
  Deno.writeTextFileSync(`${folder}/config/tree/folder/file`, "file\n");
  for (const args of [["apply", "."], ["status"]]) {
    const { success, stderr } = await new Deno.Command(program, {
      args,
      cwd: `${folder}/config`,
      env: environment(folder),
      clearEnv: true,
      stdin: "null",
      stdout: "null",
    }).output();
    if (!success) throw new Error(`the commands failed: ${new TextDecoder().decode(stderr)}`);
  }
  const names = Array.from(Deno.readDirSync(`${folder}/trained`), ({ name }) => name).sort();
  return new Map(names.map((name) => [name, Deno.readFileSync(`${folder}/trained/${name}`)]));
}

function environment(folder: string): Record<string, string> {
  const home = `${folder}/home`;
  const root = { SYSLUA_ROOT: `${folder}/root`, SYSLUA_CACHE: `${folder}/cache` };
  const names = ["PATH", "SystemRoot", "TEMP"];
  return {
    TRAINED: `${folder}/trained`,
    ...Object.fromEntries(
      names.flatMap((name) => Deno.env.has(name) ? [[name, Deno.env.get(name)!]] : []),
    ),
    ...{ HOME: home, USERPROFILE: home, LOCALAPPDATA: home, ...root },
  };
}
