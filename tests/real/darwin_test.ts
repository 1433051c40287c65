/** What the world `macOS` takes as a fact. */
import assert from "node:assert/strict";
import { questionsOf } from "./question.ts";

const question = questionsOf("darwin");

/** Standard output of a command that succeeds. */
function output(...[program, ...args]: string[]): string {
  const { success, stdout, stderr } = new Deno.Command(program, { args }).outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

question("names that differ by case are one name, which comes back as it was made", (dir) => {
  Deno.writeTextFileSync(`${dir}/Name`, "x");
  assert.equal(Deno.readTextFileSync(`${dir}/nAME`), "x");
  assert.deepEqual(Array.from(Deno.readDirSync(dir), ({ name }) => name), ["Name"]);
});

question("a name composed and decomposed is one name", (dir) => {
  Deno.writeTextFileSync(`${dir}/${"é".normalize("NFC")}`, "x");
  assert.equal(Deno.readTextFileSync(`${dir}/${"é".normalize("NFD")}`), "x");
});

question("temporary folders are below /private", (dir) => {
  assert.match(dir, /^\/private\//);
});

question("nothing can be made in the top folder", () => {
  assert.throws(() => Deno.mkdirSync("/syslua-question"));
});

question("a folder's entries can be flushed", (dir) => {
  using folder = Deno.openSync(dir);
  folder.syncSync();
});

question("dscl tells an account's number and home", () => {
  const name = output("id", "-un").trim();
  const text = output("dscl", ".", "-read", `/Users/${name}`, "UniqueID", "NFSHomeDirectory");
  assert.match(text, new RegExp(`^UniqueID: ${Deno.uid()}$`, "m"));
  assert.match(text, /^NFSHomeDirectory: \//m);
});

question("defaults export gives types exactly, dates and data too", () => {
  const domain = `org.syslua.question-${Deno.pid}`;
  try {
    output("defaults", "write", domain, "real", "-float", "1");
    output("defaults", "write", domain, "whole", "-int", "1");
    output("defaults", "write", domain, "bytes", "-data", "00ff");
    output("defaults", "write", domain, "day", "-date", "2001-01-01 00:00:00 +0000");
    const text = output("defaults", "export", domain, "-").replace(/\s+/g, "");
    assert.match(text, /<key>real<\/key><real>1<\/real>/);
    assert.match(text, /<key>whole<\/key><integer>1<\/integer>/);
    assert.match(text, /<key>bytes<\/key><data>AP8=<\/data>/);
    assert.match(text, /<key>day<\/key><date>2001-01-01T00:00:00Z<\/date>/);
  } finally {
    output("defaults", "delete", domain);
  }
});

question("an executable that was changed runs only after it is signed again", (dir) => {
  const path = `${dir}/true`;
  const bytes = Deno.readFileSync("/usr/bin/true");
  const text = new TextDecoder("latin1").decode(bytes);
  const at = text.lastIndexOf("__TEXT");
  assert.ok(at > 0);
  Deno.writeFileSync(path, bytes);
  Deno.chmodSync(path, 0o755);
  output("codesign", "-f", "-s", "-", path);
  output(path);
});

question("sandbox-exec keeps a program from writing outside", (dir) => {
  const profile =
    `(version 1)(allow default)(deny file-write*)(allow file-write* (subpath "${dir}"))`;
  output("sandbox-exec", "-p", profile, "/bin/sh", "-c", `: > ${dir}/inside`);
  const { success } = new Deno.Command("sandbox-exec", {
    args: ["-p", profile, "/bin/sh", "-c", ": > /tmp/syslua-question-outside"],
    stderr: "null",
  }).outputSync();
  assert.equal(success, false);
});

question("launchctl prints the state of a service of this user", () => {
  const { stdout } = new Deno.Command("launchctl", { args: ["print", `user/${Deno.uid()}`] })
    .outputSync();
  assert.match(new TextDecoder().decode(stdout), /state = |services = \{/);
});
