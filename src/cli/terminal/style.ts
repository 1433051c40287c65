/** Colours, when somebody can see them. */
import { createColors } from "picocolors";

/** Functions that colour a text, or leave it as it is. */
export type Style = ReturnType<typeof createColors>;

/** Whether to colour: the flag decides, then `NO_COLOR`, then whether it is a terminal. */
export function chooseStyle(
  flag: "auto" | "always" | "never",
  isTerminal: boolean,
  env: (name: string) => string | undefined,
): Style {
  const auto = isTerminal && !env("NO_COLOR") && env("TERM") !== "dumb";
  return createColors(flag === "always" || (flag === "auto" && auto));
}
