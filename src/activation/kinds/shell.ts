import type { Bind } from "../binder.ts";

/** Shells that read a script only by its ending; what it starts with. Windows PowerShell needs the mark to see UTF-8. */
const OWN = [["powershell", ".ps1", "\ufeff"], ["cmd", ".cmd", ""]] as const;

export const shell: Bind<"shell"> = (binder, { script, shells }, { by, place }) => {
  const add = (ending: string, mark: string, some: readonly string[]) => {
    const origin = "path" in script ? script : { ...script, text: mark + script.text };
    const path = binder.resolver.origin(origin, `${by}${ending}`, place);
    binder.script({ path, shells: some });
  };
  const all: readonly string[] = shells.length > 0 ? shells : ["sh", "bash", "zsh"];
  const own = OWN.filter(([name]) => all.includes(name));
  const others = all.filter((name) => !own.some(([one]) => one === name));
  if (others.length > 0) add(".sh", "", others);
  for (const [name, ending, mark] of own) add(ending, mark, [name]);
};
