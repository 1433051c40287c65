/** `sys build` */
import {
  allOutputs,
  derivationsNamed,
  outputsUsed,
  realizeFrom,
  unrealized,
} from "../../journeys/build.ts";
import { evaluateConfig } from "../../journeys/evaluate.ts";
import { whyBound } from "../../journeys/objects.ts";
import { makeOutLinks, type OutLink, outLinks } from "../../journeys/out_link.ts";
import type { Manifest } from "../../manifest/types.ts";
import { BUILD_FLAGS, type BuildFlags, buildSettings } from "../build_flags.ts";
import { command, toggle, value } from "../command.ts";
import { EVALUATION_FLAGS, type EvaluationFlags, evaluationRequest } from "../evaluation_flags.ts";
import { machineOf, withLock } from "../lock.ts";
import { BuildProgress } from "../terminal/build_progress.ts";

interface Flags extends EvaluationFlags, BuildFlags {
  readonly check?: boolean;
  readonly config?: string;
  readonly explainBound?: boolean;
  readonly outLink?: string;
}

/** Where the link to an output is, for the document. */
function linkOf(links: readonly OutLink[], derivation: string, output: string) {
  const link = links.find((one) => one.derivation === derivation && one.output === output);
  return link === undefined ? {} : { link: link.path };
}

/** Said where no name was given, and no activation uses what is declared. */
function nothingWanted({ derivations }: Manifest): string {
  const names = [...new Set(derivations.map(({ name }) => name))].sort();
  return names.length === 0
    ? "Nothing to build: the config declares no derivation"
    : `Nothing to build: no activation uses a derivation. By name it can be built: ${
      names.join(", ")
    }`;
}

export default command<Flags>({
  brief: "Realize derivations without activating anything",
  description:
    "Builds or fetches what a config needs into the store and prints where it lies. Without names: " +
    "what its activations use. Nothing outside the store changes.",
  examples: [
    ["sys build", "all that an apply would need"],
    ["sys build ripgrep", "one derivation, by its name"],
    ["sys build --config ~/dotfiles hello", "of another config"],
    ["sys build --check hello", "build again and compare"],
    ["sys build --out-link result hello", "and link it; gc keeps it as long as the link is there"],
    ["sys build --explain-bound", "and say which files keep an object from being used elsewhere"],
  ],
  exits: [3, 5],
  flags: {
    check: toggle("build again, and fail if the output differs"),
    explainBound: toggle("say which files name the store's place where it can't be replaced"),
    outLink: value("PATH", "make a link to what was built, which keeps it from gc"),
    config: value("PATH", "the config: a Lua file or a folder"),
    ...BUILD_FLAGS,
    ...EVALUATION_FLAGS,
  },
  arguments: [{
    name: "derivation",
    brief: "name of a derivation, or a path of a config",
    optional: true,
    many: true,
  }],
  async run(session, flags, args) {
    const machine = machineOf(session);
    // `sys build ./dotfiles` names a config; `sys build hello` a derivation.
    const path = flags.config ?? args.find((arg) => /[/\\]|\.lua$|^\.+$/.test(arg));
    const names = args.filter((arg) => arg !== path);
    const evaluated = await evaluateConfig(machine, evaluationRequest(session, flags, path, true));
    try {
      const { manifest } = evaluated;
      const wanted = names.length > 0
        ? allOutputs(manifest, derivationsNamed(manifest, names))
        : outputsUsed(manifest, manifest.activations);
      if (wanted.size === 0) session.say(nothingWanted(manifest));
      const links = flags.outLink === undefined ? [] : outLinks(machine, wanted, flags.outLink);
      const progress = new BuildProgress(session, unrealized(machine, manifest, wanted).length);
      const settings = buildSettings(session, flags, progress.observe);
      const realized = await withLock(
        session,
        machine,
        "adding",
        "sys build",
        async () => {
          const check = flags.check === true;
          const how = { ...settings, check, needed: wanted };
          const made = await realizeFrom(machine, evaluated, [...wanted.keys()], how);
          await makeOutLinks(machine, links, made);
          return made;
        },
      ).finally(() => progress.end());
      const nameOf = new Map(manifest.derivations.map(({ hash, name }) => [hash, name]));
      // In the order in which they were asked for.
      const objects = [...wanted.keys()].flatMap((hash) =>
        Object.entries(realized.get(hash) ?? {}).map(([output, object]) => ({
          derivation: nameOf.get(hash),
          output,
          path: machine.store.pathOf(object),
          ...linkOf(links, hash, output),
          ...(flags.explainBound ? { bound: whyBound(machine, object) } : {}),
        }))
      );
      session.print(
        { version: 1, objects, warnings: progress.warnings },
        () =>
          objects.flatMap(({ path, bound = [] }) => [
            path,
            ...bound.map(({ file, why }) => `  bound by ${file}: ${why}`),
          ]).join("\n"),
      );
    } finally {
      evaluated.recipes.close();
    }
  },
});
