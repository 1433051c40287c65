import { text } from "../../manifest/fields.ts";
import { operation } from "../operation.ts";

export const log = operation({
  doc: "Writes into the build log.",
  args: {
    text: text("One line or more."),
  },
  returns: null,
  perform: ({ log }, { text }) => log.line(text),
});
