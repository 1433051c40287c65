/** Services of Windows, against a scheduler that keeps its state and answers as the real one does. */
import assert from "node:assert/strict";
import { SysError } from "../../../src/errors.ts";
import type { Service } from "../../../src/platform/adapters.ts";
import { platformAdapters } from "../../../src/platform/platform.ts";
import { makeFolders } from "../../../src/system/folders.ts";
import { memorySystem } from "../../../src/system/memory/memory.ts";
import { nativePaths } from "../../../src/system/native_path.ts";
import { saysHigh } from "../../../src/system/windows/administrator.ts";
import { programs } from "../../support/worlds/commands/programs.ts";
import { Scheduler } from "../../support/worlds/commands/schtasks.ts";
import { find, readTask, readXml, TaskError } from "../../support/worlds/task_schema.ts";

const USER_LOGON = "<LogonTrigger><Enabled>true</Enabled><UserId>jo</UserId></LogonTrigger>";

function task(triggers = USER_LOGON, settings = "", principal = ""): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Jos\u00e9 &amp; \u2019\u00d2</Description></RegistrationInfo>
  <Triggers>${triggers}</Triggers>
  <Principals><Principal id="Author">${principal}</Principal></Principals>
  <Settings><ExecutionTimeLimit>PT0S</ExecutionTimeLimit>${settings}</Settings>
  <Actions Context="Author"><Exec><Command>C:\\x\\daemon.exe</Command></Exec></Actions>
</Task>
`;
}

const HOME = "/c/Users/jo";
const UNIT = `${HOME}/AppData/Local/syslua/tasks/a.xml`;
const bytes = (text: string) => new TextEncoder().encode(text);

function machine({ administrator = false, vanishing = false, text = task() } = {}) {
  const env = (name: string) => name === "ProgramData" ? "C:\\ProgramData" : undefined;
  const memory = memorySystem({ host: { os: "windows", administrator, env } });
  const { fromNative } = nativePaths("windows");
  const scheduler = new Scheduler({
    ...{ administrator, vanishing },
    read: (path) =>
      memory.fs.lstat(fromNative(path)) === null ? null : memory.fs.readFile(fromNative(path)),
  });
  const { processes, commands } = programs(
    { "schtasks.exe": scheduler.schtasks, "powershell.exe": scheduler.powershell },
    "jo",
  );
  const { services } = platformAdapters({ ...memory, processes }, { root: "/c/r", home: HOME });
  const service: Service = { name: "a", user: true, unit: UNIT };
  const write = (content: Uint8Array) => {
    makeFolders(memory.fs, UNIT.slice(0, UNIT.lastIndexOf("/")));
    if (memory.fs.lstat(UNIT) !== null) memory.fs.remove(UNIT);
    const file = memory.fs.create(UNIT, 0o644);
    file.write(content);
    file.close();
  };
  write(services.unitFile!("a", bytes(text)));
  const found = () => scheduler.tasks.get("\\syslua\\a");
  return { scheduler, services, service, commands, write, found };
}

Deno.test("windows: a task that starts again runs from its description as it is now", async () => {
  const { services, service, write, found } = machine();
  await services.start(service);
  const later = task().replace("daemon.exe", "later.exe");
  write(services.unitFile!("a", bytes(later)));
  await services.start(service);
  assert.equal(find(found()!.running!, "Command")?.text, "C:\\x\\later.exe");
});

Deno.test("windows: a task that ends by itself meanwhile is ended", async () => {
  const { services, service, scheduler } = machine({ vanishing: true });
  await services.start(service);
  await services.stop(service);
  assert.equal(scheduler.tasks.size, 0);
});

Deno.test("windows: a task lies in UTF-16 with its mark, as the scheduler's schema has it", () => {
  const { services } = machine();
  const file = services.unitFile!("a", bytes(task()));
  assert.deepEqual([...file.slice(0, 4)], [0xff, 0xfe, 0x3c, 0]);
  assert.equal(find(readTask(file), "Description")?.text, "Jos\u00e9 & \u2019\u00d2");
  assert.deepEqual(services.unitFile!("a", file), file, "what is so already stays");
  const bare = task().slice(task().indexOf("<Task"));
  assert.deepEqual(services.unitFile!("a", bytes(`\ufeff${bare}`)), file);
});

Deno.test("windows: the schema takes nothing that it does not know", () => {
  const { services } = machine();
  const read = (text: string) => readTask(services.unitFile!("a", bytes(text)));
  assert.throws(() => readTask(bytes(task())), /malformed/);
  for (
    const [text, why] of [
      [task("<EveryDay/>"), /unexpected node. ::EveryDay/],
      [task("<LogonTrigger><UserId>jo</UserId><Enabled>true</Enabled></LogonTrigger>"), /Enabled/],
      [task(USER_LOGON, "<Hidden>yes</Hidden>"), /incorrectly formatted.*Hidden:yes/],
      [task(USER_LOGON, "<Hidden>true</Hidden><Hidden>true</Hidden>"), /unexpected node/],
      [task().replace("<Command>C:\\x\\daemon.exe</Command>", ""), /missing.*Command/],
      [task().replace("mit/task", "mit/tusk"), /namespace/],
      [task().replace("&amp;", "&"), /malformed/],
      [task().replace("</Exec>", ""), /malformed/],
    ] as const
  ) {
    assert.throws(
      () => read(text),
      (thrown) => thrown instanceof TaskError && why.test(thrown.message),
      String(why),
    );
  }
  assert.throws(() => readXml("<a></a><b/>"), TaskError);
});

Deno.test("windows: a service is started, asked for, started anew and stopped", async () => {
  const { services, service, found, write } = machine();
  assert.equal(await services.running(service), false);
  await services.start(service);
  assert.equal(await services.running(service), true);
  write(services.unitFile!("a", bytes(task(USER_LOGON, "<Hidden>true</Hidden>"))));
  await services.start(service);
  assert.equal(find(found()!.xml, "Hidden")?.text, "true");
  assert.equal(found()!.state, 4);
  await services.stop(service);
  assert.equal(found(), undefined);
  assert.equal(await services.running(service), false);
});

Deno.test("windows: stopping a service that is idle, or was never there, is harmless", async () => {
  const { services, service, scheduler, commands } = machine();
  await services.stop(service);
  await services.start(service);
  scheduler.ends("\\syslua\\a", 0);
  await services.stop(service);
  assert.ok(!commands.some(({ argv }) => argv.includes("/End")), "schtasks fails at that");
  assert.equal(scheduler.tasks.size, 0);
});

Deno.test("windows: whether a service runs is the scheduler's state, not that there is a task", async () => {
  const { services, service, scheduler, found } = machine();
  await services.start(service);
  for (
    const [state, result, up] of [[3, 1, false], [3, 0, true], [1, 0, false], [2, 0, true]] as const
  ) {
    Object.assign(found()!, { state, result });
    assert.equal(await services.running(service), up, `${state} ${result}`);
  }
  scheduler.ends("\\syslua\\a", 0x41306);
  assert.equal(await services.running(service), false, "somebody has ended it");
});

Deno.test("windows: a task that is not to be started by hand waits for its time", async () => {
  const settings = "<AllowStartOnDemand>false</AllowStartOnDemand>";
  const { services, service, found } = machine({ text: task(USER_LOGON, settings) });
  await services.start(service);
  assert.equal(found()!.state, 3);
  assert.equal(await services.running(service), true);
});

Deno.test("windows: what needs an administrator is refused without one, and says why", () => {
  const needing = [
    task("<BootTrigger/>"),
    task("<LogonTrigger/>"),
    task("<LogonTrigger><Enabled>true</Enabled></LogonTrigger>"),
    task(USER_LOGON, "", "<RunLevel>HighestAvailable</RunLevel>"),
    task(USER_LOGON, "", "<LogonType>S4U</LogonType>"),
    task(USER_LOGON, "", "<UserId>S-1-5-18</UserId>"),
  ];
  const { services } = machine(), other = machine({ administrator: true });
  for (const text of needing) {
    assert.throws(
      () => services.checkUnit!("a", bytes(text)),
      (thrown: unknown) =>
        thrown instanceof SysError && /, and you are no administrator$/.test(thrown.message),
    );
    other.services.checkUnit!("a", bytes(text));
  }
  services.checkUnit!("a", bytes(task()));
  services.checkUnit!("a", bytes(task("<!-- <BootTrigger/> -->")));
  assert.throws(() => services.unitPath("a", false, HOME), /you are no administrator/);
  assert.equal(other.services.unitPath("a", false, HOME), "/c/ProgramData/syslua/tasks/a.xml");
  assert.equal(services.unitPath("a", true, HOME), UNIT);
});

Deno.test("windows: a unit that is no task, and a name that no task can have, are refused", () => {
  const { services } = machine();
  assert.throws(() => services.checkUnit!("a", bytes("[Service]\nExecStart=x\n")), /is no task/);
  assert.throws(() => services.unitPath("a:b", true, HOME), /can't have `:`/);
});

Deno.test("windows: what the scheduler refuses is an error with its words", async () => {
  const { services, service, write } = machine();
  write(services.unitFile!("a", bytes(task("<EveryDay/>"))));
  await assert.rejects(services.start(service), (thrown: unknown) => {
    assert.ok(thrown instanceof SysError);
    assert.match(thrown.message, /Cannot create the service a/);
    assert.deepEqual(thrown.notes, [
      "ERROR: The task XML contains an unexpected node. ::EveryDay:",
    ]);
    return true;
  });
});

Deno.test("windows: the rights of an administrator are known by the integrity level", () => {
  const line = (sid: string) => `"Mandatory Label\\x","Label","${sid}","Mandatory group"\r\n`;
  assert.equal(saysHigh(line("S-1-16-12288")), true);
  assert.equal(saysHigh(line("S-1-16-8192")), false);
});
