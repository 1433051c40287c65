import { sha256, shortHash } from "../../digest.ts";
import type { Bind } from "../binder.ts";
import { isPending } from "../resolver.ts";

export const run: Bind<"run"> = (binder, action, from) => {
  const fill = (text: string) => binder.resolver.native(text, from.place);
  const command = typeof action.command === "string"
    ? fill(action.command)
    : action.command.map(fill);
  const check = action.check === null ? null : fill(action.check);
  const undo = action.undo === null ? null : fill(action.undo);
  const pending = [command, check ?? "", undo ?? ""].flat().some(isPending);
  const account = binder.account();
  const id = shortHash(
    sha256(JSON.stringify([command, check, undo, account.account?.name ?? ""])),
  );
  binder.run({ id, command, check, undo, on: action.on, ...account, pending }, from);
};
