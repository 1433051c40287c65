/** Takes what became of a file of secrets, says it. */
import type { Written } from "../../journeys/secrets/set.ts";
import type { Session } from "../session.ts";

export function sayWritten(session: Session, { path, made, changed }: Written): void {
  session.print(
    { version: 1, path, made, changed },
    () => made ? `Made ${path}` : changed ? `Changed ${path}` : `${path} is as it was`,
  );
}
