/** sys.lua as a library, in the order of the journey:
 *
 *     init.lua ──inputs──▶ evaluate ──▶ Manifest ──▶ plan ──▶ realize ──▶ activate ──▶ record
 *
 * A program opens a machine, locks it, and calls a journey:
 *
 *     const machine = openMachine(realSystem(), "my program 1.0");
 *     const { drift } = await status(machine);
 */

// The world, and errors.
export { realSystem } from "./src/system/real.ts";
export { readOnly } from "./src/system/read_only.ts";
export type { System } from "./src/system/mod.ts";
export { type ErrorKind, type Place, SysError } from "./src/errors.ts";
export { type Machine, openMachine } from "./src/machine/open.ts";
export { type Holding, holding } from "./src/machine/lock.ts";

// Inputs and evaluation: a config becomes a Manifest.
export { evaluateConfig, type Evaluated, type EvaluationRequest } from "./src/journeys/evaluate.ts";
export type { Action, Activation, Derivation, Manifest } from "./src/manifest/types.ts";

// Plan: what is wanted against what is there.
export { type ConfigProposal, propose } from "./src/journeys/propose.ts";
export { type Decision, type Proposal, UNDECIDED } from "./src/plan/proposal.ts";
export type { Difference } from "./src/plan/difference.ts";
export type { PathState, Plan, PlannedAction, Step } from "./src/plan/types.ts";

// Realize: derivations become objects.
export { type BuildSettings, realizeFrom } from "./src/journeys/build.ts";
export type { BuildEvent, BuildObserver } from "./src/realize/observer.ts";
export type { ObjectName } from "./src/store/names.ts";
export type { Store } from "./src/store/types.ts";

// Activate and record: the whole journey, and the ways back.
export { type Applied, apply, type ApplyRequest } from "./src/journeys/apply.ts";
export { destroy, type Restored, type RestoreRequest, rollback } from "./src/journeys/restore.ts";
export { type Status, status } from "./src/journeys/status.ts";
export type { Snapshot, SnapshotNumber } from "./src/snapshot/types.ts";
export { diff, type SizedDiff } from "./src/journeys/diff.ts";
export { collect, type Collected, type Collection } from "./src/journeys/collect.ts";

// Files of secrets, by themselves.
export { decryptFile, type SecretFile } from "./src/secrets/secret_file.ts";
export { findIdentities } from "./src/secrets/identities.ts";
export type { Identity } from "./src/secrets/age.ts";
export { type Kind, kindOf } from "./src/secrets/formats/kinds.ts";
export { addressIn, nodeAt } from "./src/secrets/address.ts";
