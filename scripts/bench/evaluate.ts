/** Measures the evaluation: many files, and many activations that declare actions of several kinds. */
import { evaluate } from "../../src/config/evaluate.ts";
import { realSystem } from "../../src/system/real.ts";
import { best, type Row } from "./row.ts";

const MANY = 10_000, COUNTED = MANY.toLocaleString("en");

const FILES = `return { setup = function()
  for i = 1, ${MANY} do file { path = "~/d/" .. i, content = "text " .. i .. "\\n" } end
end }
`;
const SOURCES = `return { setup = function()
  for i = 1, ${MANY} do file { path = "~/d/" .. i, source = "./files/f" .. i } end
end }
`;
const ACTIONS = `return { setup = function()
  for i = 1, ${MANY / 2} do
    activate { config = function(_, ctx)
      ctx.run("echo " .. i, { undo = "true" })
      ctx.source_in_shell("alias a" .. i .. "=b\\n", { shells = { "bash" } })
    end }
  end
end }
`;

/** All rows. Beside the evaluation: JSON of the same data, written and read. */
export async function rows(): Promise<Row[]> {
  return [
    await row(`evaluate ${COUNTED} files with content`, FILES),
    await row(`evaluate ${COUNTED} files with a source`, SOURCES),
    await row(`evaluate ${COUNTED} actions`, ACTIONS),
  ];
}

async function row(work: string, text: string): Promise<Row> {
  const folder = Deno.makeTempDirSync({ prefix: "sys-bench-" });
  try {
    Deno.writeTextFileSync(`${folder}/init.lua`, text);
    if (text === SOURCES) plant(`${folder}/files`);
    let manifest: unknown;
    const ours = await best(3, async () => {
      const evaluation = await evaluate(realSystem(), {
        entry: `${folder}/init.lua`,
        resolve: () => Promise.resolve(new Map()),
        limits: { seconds: 60, mebibytes: 512 },
        version: "0.0.0",
      });
      manifest = evaluation.manifest;
      evaluation.recipes.close();
    });
    const theirs = await best(3, () => JSON.parse(JSON.stringify(manifest)));
    return { work, goal: "≤ 250 ms", ours, theirs, beside: "JSON, written and read" };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function plant(folder: string): void {
  Deno.mkdirSync(folder);
  for (let n = 1; n <= MANY; n++) Deno.writeTextFileSync(`${folder}/f${n}`, `file ${n}\n`);
}
