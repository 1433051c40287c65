/** What the world `windows` takes as a fact. */
import assert from "node:assert/strict";
import nodeFs from "node:fs";
import { questionsOf } from "./question.ts";

const question = questionsOf("windows");

/** The code with which the system refuses. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (thrown) {
    return (thrown as { code?: string }).code ?? String(thrown);
  }
  return "";
}

question("a file is seen with mode 0666, a read-only one with 0444", (dir) => {
  const path = `${dir}\\file`;
  Deno.writeTextFileSync(path, "x");
  assert.equal((Deno.lstatSync(path).mode ?? 0o666) & 0o777, 0o666);
  Deno.chmodSync(path, 0o444);
  assert.equal((Deno.lstatSync(path).mode ?? 0o444) & 0o777, 0o444);
  Deno.chmodSync(path, 0o644);
});

question("the time of a read-only file is refused, and that of a writable one set", (dir) => {
  const path = `${dir}\\file`;
  Deno.writeTextFileSync(path, "x");
  Deno.utimeSync(path, 1, 1);
  assert.equal(Deno.lstatSync(path).mtime?.getTime(), 1000);
  Deno.chmodSync(path, 0o444);
  assert.notEqual(refusal(() => Deno.utimeSync(path, 2, 2)), "");
  Deno.chmodSync(path, 0o644);
});

question("a rename over a read-only file, or a folder, is refused", (dir) => {
  Deno.writeTextFileSync(`${dir}\\from`, "x");
  Deno.writeTextFileSync(`${dir}\\to`, "y");
  Deno.mkdirSync(`${dir}\\folder`);
  Deno.chmodSync(`${dir}\\to`, 0o444);
  assert.notEqual(refusal(() => Deno.renameSync(`${dir}\\from`, `${dir}\\to`)), "");
  assert.notEqual(refusal(() => Deno.renameSync(`${dir}\\from`, `${dir}\\folder`)), "");
  Deno.chmodSync(`${dir}\\to`, 0o644);
  Deno.renameSync(`${dir}\\from`, `${dir}\\to`);
});

question("an open file can be made read-only, is written on, and gets its time", (dir) => {
  const file = nodeFs.openSync(`${dir}\\file`, "wx");
  nodeFs.fchmodSync(file, 0o444);
  nodeFs.writeSync(file, "x");
  nodeFs.futimesSync(file, 1, 1);
  nodeFs.closeSync(file);
  assert.equal((Deno.lstatSync(`${dir}\\file`).mode ?? 0o444) & 0o777, 0o444);
  assert.equal(Deno.lstatSync(`${dir}\\file`).mtime?.getTime(), 1000);
  Deno.chmodSync(`${dir}\\file`, 0o644);
});

question("attributes are set by what is open for writing, also when its name has gone", (dir) => {
  for (const name of ["read", "written"]) Deno.writeTextFileSync(`${dir}\\${name}`, "x");
  Deno.linkSync(`${dir}\\written`, `${dir}\\other`);
  const read = nodeFs.openSync(`${dir}\\read`, nodeFs.constants.O_RDONLY);
  assert.notEqual(refusal(() => nodeFs.fchmodSync(read, 0o444)), "");
  nodeFs.closeSync(read);
  const written = nodeFs.openSync(`${dir}\\written`, nodeFs.constants.O_WRONLY);
  Deno.removeSync(`${dir}\\written`);
  nodeFs.fchmodSync(written, 0o444);
  nodeFs.closeSync(written);
  assert.equal((Deno.lstatSync(`${dir}\\other`).mode ?? 0) & 0o777, 0o444);
  Deno.chmodSync(`${dir}\\other`, 0o644);
});

question("a file that is open goes with its name, and its folder can go too", (dir) => {
  Deno.mkdirSync(`${dir}\\folder`);
  using _file = Deno.openSync(`${dir}\\folder\\file`, { create: true, write: true });
  Deno.removeSync(`${dir}\\folder\\file`);
  Deno.removeSync(`${dir}\\folder`);
});

question("what is locked can be opened, and not read", async (dir) => {
  const path = `${dir}\\file`;
  Deno.writeTextFileSync(path, "x");
  using held = Deno.openSync(path, { read: true, append: true });
  await held.lock(true);
  using other = Deno.openSync(path, { read: true });
  assert.equal(refusal(() => other.readSync(new Uint8Array(1))), "EBUSY");
});

question("a folder with an open file in it keeps its name", (dir) => {
  Deno.mkdirSync(`${dir}\\folder`);
  using _file = Deno.openSync(`${dir}\\folder\\file`, { create: true, write: true });
  assert.notEqual(refusal(() => Deno.renameSync(`${dir}\\folder`, `${dir}\\other`)), "");
});

question("a file that is open can be moved aside", (dir) => {
  using _file = Deno.openSync(`${dir}\\file`, { create: true, write: true });
  Deno.renameSync(`${dir}\\file`, `${dir}\\aside`);
  assert.equal(Deno.lstatSync(`${dir}\\aside`).isFile, true);
});

question("a junction needs no privilege, is a link, and leads to an absolute path", (dir) => {
  Deno.mkdirSync(`${dir}\\folder`);
  Deno.symlinkSync(`${dir}\\folder`, `${dir}\\junction`, { type: "junction" });
  assert.equal(Deno.lstatSync(`${dir}\\junction`).isSymlink, true);
  assert.match(Deno.readLinkSync(`${dir}\\junction`), /^(\\\\\?\\)?[A-Za-z]:\\/);
});

question("a link to a file is refused with EPERM, or made", (dir) => {
  Deno.writeTextFileSync(`${dir}\\file`, "x");
  const code = refusal(() => Deno.symlinkSync("file", `${dir}\\link`, { type: "file" }));
  assert.ok(code === "" || code === "EPERM", code);
});

question("names that differ by case are one name, which comes back as it was made", (dir) => {
  Deno.writeTextFileSync(`${dir}\\Name`, "x");
  assert.equal(Deno.readTextFileSync(`${dir}\\nAME`), "x");
  assert.deepEqual(Array.from(Deno.readDirSync(dir), ({ name }) => name), ["Name"]);
});

question("a path longer than 260 is reached with the prefix of long paths", (dir) => {
  const long = `\\\\?\\${dir}\\${"x".repeat(200)}`;
  Deno.mkdirSync(long);
  Deno.writeTextFileSync(`${long}\\${"y".repeat(200)}`, "z");
  assert.equal(Deno.readTextFileSync(`${long}\\${"y".repeat(200)}`), "z");
});

question("PowerShell takes an encoded command, and answers in UTF-8 when told", () => {
  const script = "[Console]::OutputEncoding=[Text.UTF8Encoding]::new();Write-Output 'José’Ò'";
  const words = new Uint8Array(new Uint16Array(Array.from(script, (c) => c.charCodeAt(0))).buffer);
  const { stdout } = new Deno.Command("powershell.exe", {
    args: ["-NoProfile", "-EncodedCommand", btoa(String.fromCharCode(...words))],
  }).outputSync();
  assert.equal(new TextDecoder().decode(stdout).trim(), "José’Ò");
});

question("taskkill ends a process with its children", async () => {
  const child = new Deno.Command("cmd.exe", { args: ["/c", "ping -n 60 127.0.0.1 >nul"] }).spawn();
  const kill = new Deno.Command("taskkill", { args: ["/T", "/F", "/PID", String(child.pid)] });
  assert.equal(kill.outputSync().code, 0);
  assert.notEqual((await child.status).code, 0);
});
