/** `sys log` */
import { buildLog } from "../../journeys/build_log.ts";
import { command } from "../command.ts";
import { machineOf } from "../lock.ts";

export default command({
  brief: "Show the output of a build",
  description: "Shows all that was printed when a derivation was last built on this machine.",
  examples: [
    ["sys log ripgrep", "by the derivation's name"],
    ["sys log 18ac9af3eb20", "by the beginning of its hash"],
  ],
  arguments: [{ name: "derivation", brief: "name or hash of a derivation" }],
  run(session, _flags, [named]) {
    const { derivation, log } = buildLog(machineOf(session), named);
    session.print({ version: 1, derivation, log }, () => log, "all");
  },
});
