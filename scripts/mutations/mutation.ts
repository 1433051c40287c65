/** A change that breaks a promise, and the test that has to notice it. */
export interface Mutation {
  /** What is broken. */
  readonly name: string;
  readonly file: string;
  /** Is in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** A test file, or a folder of them. */
  readonly test: string;
  /** Only tests whose name has this. */
  readonly filter?: string;
}

/** A flush that is left out. */
export function unflushed(
  file: string,
  find: string,
  test: string,
  more: Partial<Mutation> = {},
): Mutation {
  return { name: `without ${find.trim().split("\n")[0]}`, file, find, replace: ";", test, ...more };
}
