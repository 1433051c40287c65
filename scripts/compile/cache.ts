/** Makes what V8 keeps of the script: the byte code of each function that the usual commands call. It is part of the
 * executable, and believed as all of that is. */
import { basename } from "node:path";
import { PROGRAM } from "./bundle.ts";
import { PROJECT } from "./deno.ts";

/** The scripts that have byte code. */
const TRAINED = ["main", PROGRAM];

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
  // Always the same: what is called may depend on names.
  const folder = `${PROJECT}/dist/training`;
  try {
    const program = `${folder}/train${Deno.build.os === "windows" ? ".exe" : ""}`;
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    for (const path of ["home", "trained", "config/tree/folder"]) {
      Deno.mkdirSync(`${folder}/${path}`, { recursive: true });
    }
    await compile(program);
    Deno.writeTextFileSync(`${folder}/config/init.lua`, CONFIG);
    Deno.writeTextFileSync(`${folder}/config/tree/folder/file`, "file\n");
    const { success, stderr } = await new Deno.Command(program, {
      args: ["apply", "."],
      cwd: `${folder}/config`,
      env: environment(folder),
      clearEnv: true,
      stdin: "null",
      stdout: "null",
    }).output();
    if (!success) throw new Error(`the commands failed: ${new TextDecoder().decode(stderr)}`);
    const cache = (name: string) => Deno.readFileSync(`${folder}/trained/${basename(name)}.cache`);
    return new Map(TRAINED.map((name) => [`${name}.cache`, cache(name)]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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
