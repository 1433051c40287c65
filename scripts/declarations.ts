/** Takes the declarations of action kinds and of the operations of `ctx`, gives what is made from them: the lists of
 * the files in a folder, the tables by which Lua checks arguments, and the definitions for editors. */
import type { Field, Fields } from "../src/manifest/fields.ts";
import type { KindDeclaration } from "../src/manifest/kind.ts";
import type { Operation } from "../src/realize/operation.ts";

const src = new URL("../src/", import.meta.url);

/** Folders whose files each declare one thing of the file's name, and the list that is made of it. */
const REGISTRIES = [
  ["manifest/kinds", "manifest/kinds.generated.ts", "KINDS", "The action kinds."],
  ["activation/kinds", "activation/kinds.generated.ts", "BINDINGS", "What kinds want."],
  [
    "platform/settings/kinds",
    "platform/settings/kinds.generated.ts",
    "PROVIDERS",
    "What reads and gives settings.",
  ],
  ["realize/ops", "realize/ops.generated.ts", "OPERATIONS", "What recipes can do."],
] as const;

/** The lists by file name, relative to `src/`. */
export function registries(): Record<string, string> {
  return Object.fromEntries(REGISTRIES.map(([folder, file, name, about]) => {
    const names = namesIn(folder);
    const base = folder.split("/").at(-1);
    const imports = names.map((one) => `import { ${one} } from "./${base}/${one}.ts";\n`);
    const list = names.map((one) => `  ${one},\n`);
    return [
      file,
      `// Made by scripts/embed_lua.ts; do not edit.\n${imports.join("")}\n/** ${about} */\n` +
      `export const ${name} = {\n${list.join("")}};\n`,
    ];
  }));
}

/** What a folder declares, by name. */
async function declared<T>(folder: string): Promise<[string, T][]> {
  return await Promise.all(
    namesIn(folder).map(async (name): Promise<[string, T]> => {
      const module = await import(new URL(`${folder}/${name}.ts`, src).href);
      if (module[name] === undefined) {
        throw new Error(`src/${folder}/${name}.ts exports no ${name}`);
      }
      return [name, module[name]];
    }),
  );
}

const kinds = () => declared<KindDeclaration<object>>("manifest/kinds");
const operations = () => declared<Operation>("realize/ops");

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, src))].map(({ name }) => name)
    .filter((name) => name.endsWith(".ts")).map((name) => name.slice(0, -3)).sort();
}

/** Lua that puts the declarations where `fields.lua` finds them. */
export async function declarationsInLua(): Promise<string> {
  const kindTables = (await kinds()).map(([name, { methods, recorder, args, options }]) => {
    const constants = Object.entries(methods)
      .map(([method, { constants }]) => `${method} = ${lua(constants ?? {})}`);
    return `  ${name} = { methods = { ${constants.join(", ")} }, recorder = ${lua(recorder)},\n` +
      `${tables({ args, options })}  },\n`;
  });
  const operationTables = (await operations()).map(([name, { args, options, context }]) =>
    `  ${name} = {\n${tables({ args, options, context })}  },\n`
  );
  return "local S = ...\n" +
    `S.kinds = {\n${kindTables.join("")}}\nS.operations = {\n${operationTables.join("")}}\n`;
}

/** Groups of fields; empty ones are left out. */
function tables(groups: Readonly<Record<string, Fields>>): string {
  return Object.entries(groups).map(([group, fields]) => {
    const rows = Object.entries(fields).map(([name, field]) => `      ${row(name, field)},\n`);
    if (rows.length === 0 && group !== "args") return "";
    return `    ${group} = {\n${rows.join("")}    },\n`;
  }).join("");
}

function row(name: string, field: Field<unknown>): string {
  const { lua: _, doc: __, default: given, ...details } = field;
  const json = given === undefined ? undefined : JSON.stringify(given);
  return lua({ name, ...details, default: json });
}

/** A value as Lua writes it. */
function lua(value: unknown): string {
  if (value === undefined || value === null) return "nil";
  if (typeof value !== "object") return JSON.stringify(value);
  const parts = Array.isArray(value)
    ? value.map(lua)
    : Object.entries(value).filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) =>
        `${/^default$|^[a-z_]+$/.test(key) ? key : `["${key}"]`} = ${lua(inner)}`
      );
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

/** Definitions of the methods of an activation's `ctx`. */
export async function activationTypes(): Promise<string> {
  return (await kinds()).flatMap(([, { methods, args, options }]) =>
    Object.entries(methods).map(([name, { doc }]) =>
      definition("activation", name, { doc, args, options, returns: null })
    )
  ).join("");
}

/** Definitions of the methods of a build's `ctx`. */
export async function buildTypes(): Promise<string> {
  return (await operations()).map(([name, operation]) => definition("build", name, operation))
    .join("");
}

/** Name of the class of a method's options. */
export function optionsClass(room: "activation" | "build", method: string): string {
  const words = method.split("_").map((word) => word[0].toUpperCase() + word.slice(1));
  return `syslua.${room}.${words.join("")}Options`;
}

function definition(
  room: "activation" | "build",
  name: string,
  { doc, args, options, returns }: Pick<Operation, "doc" | "args" | "options" | "returns">,
): string {
  const lines: string[] = [];
  const given = Object.entries(options);
  const type = optionsClass(room, name);
  if (given.length > 0) {
    lines.push("", `---@class ${type}`);
    for (const [option, field] of given) {
      lines.push(`---@field ${option}${mark(field)} ${field.lua} ${field.doc}`);
    }
  }
  lines.push("", `---${doc}`);
  for (const [arg, field] of Object.entries(args)) {
    lines.push(`---@param ${arg}${mark(field)} ${field.lua} ${field.doc}`);
  }
  const names = Object.keys(args);
  if (given.length > 0) {
    const all = given.every(([, field]) => mark(field) === "?");
    lines.push(`---@param options${all ? "?" : ""} ${type}`);
    names.push("options");
  }
  if (returns !== null) {
    const [result, what] = returns;
    lines.push(`---@return ${result}${what === undefined ? "" : ` # ${what}`}`);
  }
  lines.push(`function ctx.${name}(${names.join(", ")}) end`, "");
  return lines.join("\n");
}

function mark(field: Field<unknown>): string {
  return field.optional || field.default !== undefined ? "?" : "";
}

/** A page for people: every method of both `ctx`, with what it takes. */
export async function reference(): Promise<string> {
  const methods = (await kinds()).flatMap(([, { methods, args, options }]) =>
    Object.entries(methods)
      .map(([name, { doc }]) => [name, { doc, args, options, returns: null }] as const)
  );
  const activation = methods.sort(([a], [b]) => (a < b ? -1 : 1)).map(entry).join("\n");
  const build = (await operations()).map(entry).join("\n");
  return `${REFERENCE_START}\n## In \`activate\`\n\n${ACTIVATE}\n${activation}\n` +
    `## In \`derive\`\n\n${DERIVE}\n${build}`;
}

const REFERENCE_START = `<!-- Made by scripts/embed_lua.ts; do not edit. -->

# What \`ctx\` can do

An argument or option with \`?\` may be left out. Options come in a table, after the arguments.
`;
const ACTIVATE = `Each records what is to be done. Nothing happens before the plan is executed.
`;
const DERIVE =
  `Each has happened when it returns; one that fails throws. Relative paths start at \`ctx.tmp\`.
`;

function entry(
  [name, { doc, args, options, returns }]: readonly [
    string,
    Pick<Operation, "doc" | "args" | "options" | "returns">,
  ],
): string {
  const row = (text: string) => ([field, one]: [string, Field<unknown>]) =>
    `- ${text}\`${field}${mark(one)}\` (\`${one.lua}\`): ${one.doc}\n`;
  const names = [...Object.keys(args), ...(Object.keys(options).length > 0 ? ["options"] : [])];
  const result = returns === null ? "" : `\nGives ${returns[1] ?? `a \`${returns[0]}\``}.\n`;
  return `### ctx.${name}(${names.join(", ")})\n\n${doc}\n\n` +
    Object.entries(args).map(row("")).join("") +
    Object.entries(options).map(row("option ")).join("") + result;
}
