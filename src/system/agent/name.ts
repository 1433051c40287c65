/** First argument of the program that makes it an agent (see `server.ts`). */
export const AGENT = "--as-agent-of-root";
