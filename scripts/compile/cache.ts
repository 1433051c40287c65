/** Makes what V8 keeps of the script: the byte code of each function that the usual commands call. It is part of the
 * executable, and believed as all of that is. */
import { SCRIPTS } from "./bundle.ts";
import { BUNDLE } from "./deno.ts";

/** A config with some of what most have. */
const CONFIG = `return { setup = function()
  file { path = "~/link", source = "./file" }
  file { path = "~/copy", source = "./file", mutable = true }
  file { path = "~/text", content = "text" }
  file { path = "~/tree", source = "./tree", recursive = true }
  env { EDITOR = "vi" }
end }
`;

/** Leaves out what V8 keeps: it does not fit another processor. */
export function withoutCache(): void {
  for (const name of Object.keys(SCRIPTS)) {
    Deno.writeFileSync(`${BUNDLE}/${name}.cache`, new Uint8Array());
  }
}

/** Writes `<script>.cache` for each script.
 * @param compile makes an executable of an entry */
export async function makeCache(
  compile: (entry: "train", output: string) => Promise<void>,
): Promise<void> {
  withoutCache();
  const folder = await Deno.makeTempDir();
  try {
    const program = `${folder}/train${Deno.build.os === "windows" ? ".exe" : ""}`;
    await compile("train", program);
    for (const path of ["home", "config/tree/folder"]) {
      Deno.mkdirSync(`${folder}/${path}`, { recursive: true });
    }
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
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function environment(folder: string): Record<string, string> {
  const home = `${folder}/home`;
  const root = { SYSLUA_ROOT: `${folder}/root`, SYSLUA_CACHE: `${folder}/cache` };
  const names = ["PATH", "SystemRoot", "TEMP"];
  return {
    TRAINED: BUNDLE,
    ...Object.fromEntries(
      names.flatMap((name) => Deno.env.has(name) ? [[name, Deno.env.get(name)!]] : []),
    ),
    ...{ HOME: home, USERPROFILE: home, LOCALAPPDATA: home, ...root },
  };
}
