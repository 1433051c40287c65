/** `sys originals show` */
import { showOriginal } from "../../../journeys/originals.ts";
import { command } from "../../command.ts";
import { machineOf } from "../../lock.ts";
import { originalDocument, originalText } from "../../render/originals.ts";

/** Bytes of content that are shown. */
const SHOWN = 64 << 10;

export default command({
  brief: "Show one, with its content",
  description: "Shows where an original was and what it is, and its content where that is text.",
  examples: [["sys originals show 3", "original 3"]],
  arguments: [{ name: "number", brief: "as `sys originals` lists it" }],
  async run(session, _flags, [named]) {
    const { original, content } = await showOriginal(machineOf(session), named);
    const text = () => {
      const about = session.shown(originalText(original));
      if (content === null || content.length > SHOWN || content.includes(0)) return about;
      return `${about}\n\n${new TextDecoder().decode(content)}`;
    };
    session.print({ version: 1, original: originalDocument(original) }, text, "text");
  },
});
