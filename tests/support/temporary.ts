/** Temporary folders that are gone after the test, also when they hold read-only store objects. */

/** Runs a test body with a fresh folder. @param above where it is made, instead of the usual place */
export async function withTemporary<T>(
  body: (dir: string) => Promise<T> | T,
  above?: string,
): Promise<T> {
  const dir = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "syslua-test-", dir: above }));
  try {
    return await body(dir);
  } finally {
    discard(dir);
  }
}

/** Removes a tree, whatever its modes. */
export function discard(dir: string): void {
  makeWritable(dir);
  Deno.removeSync(dir, { recursive: true });
}

function makeWritable(dir: string) {
  Deno.chmodSync(dir, 0o700);
  for (const entry of Deno.readDirSync(dir)) {
    if (entry.isDirectory) makeWritable(`${dir}/${entry.name}`);
  }
}
