/** `sys eval` */
import { evaluateConfig } from "../../journeys/evaluate.ts";
import { readOnly } from "../../system/read_only.ts";
import { command, toggle } from "../command.ts";
import {
  CONFIG_ARGUMENT,
  EVALUATION_FLAGS,
  type EvaluationFlags,
  evaluationRequest,
} from "../evaluation_flags.ts";
import { machineOf } from "../lock.ts";
import { manifestDocument, manifestText, readsText } from "../render/manifest.ts";

interface Flags extends EvaluationFlags {
  readonly explain?: boolean;
}

export default command<Flags>({
  brief: "Evaluate a config and show what it declares",
  description:
    "Evaluates a config and shows its manifest: derivations, activations and, with --explain, every " +
    "fact about this machine that the evaluation read. Changes nothing.",
  examples: [
    ["sys eval", "the config of this folder, or the usual one"],
    ["sys eval ~/dotfiles --json", "the manifest as a document"],
    ["sys eval --explain", "why two machines may differ"],
  ],
  exits: [3],
  flags: { explain: toggle("show what the evaluation read"), ...EVALUATION_FLAGS },
  arguments: [CONFIG_ARGUMENT],
  async run(session, flags, [path]) {
    const machine = machineOf(session);
    const request = evaluationRequest(session, flags, path, false);
    const evaluated = await evaluateConfig(machine, request, readOnly(machine.system));
    const { manifest } = evaluated;
    evaluated.recipes.close();
    session.print(
      manifestDocument(manifest),
      () => flags.explain ? readsText(manifest) : manifestText(manifest, session.style),
    );
  },
});
