import assert from "node:assert/strict";

const BASH = "/bin/bash";
const lacksBash = (() => {
  try {
    return !Deno.statSync(BASH).isFile;
  } catch {
    return true;
  }
})();

const PROGRAM = `
import { hasInheritedFiles } from ${
  JSON.stringify(import.meta.resolve("../../src/system/inherited_files.ts"))
};
console.log(hasInheritedFiles());
`;

/** Whoever runs the tests may have left files open, too. */
const CLOSE = `for file in /proc/self/fd/*; do
  file=\${file##*/}
  [ "$file" -le 2 ] || eval "exec $file>&-"
done 2>/dev/null`;

async function hasThem(open: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(BASH, {
    args: [
      ...["-c", `${CLOSE}\n${open}\nexec "$0" eval --no-check "$1"`, Deno.execPath(), PROGRAM],
    ],
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test({
  name: `inherited files: those that whoever called sys has left open are seen${
    lacksBash ? " (needs bash)" : ""
  }`,
  ignore: Deno.build.os !== "linux" || lacksBash,
  fn: async () => {
    assert.equal(await hasThem(":"), "false\n");
    assert.equal(await hasThem("exec 7</dev/null"), "true\n");
    assert.equal(await hasThem("exec 42>/dev/null"), "true\n");
  },
});
