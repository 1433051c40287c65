/** The other ports, noting what is looked at through them. */
import type { Clock, Console, Host, Network, Processes } from "../system/mod.ts";
import { FACTS } from "./looks.ts";
import type { Noting } from "./notes.ts";

/** Asking for the time is no look; how long something takes shows in nothing that is remembered. */
export function notingClock(clock: Clock, noting: Noting): Clock {
  return {
    now: () => {
      noting.spoil();
      return clock.now();
    },
    monotonic: () => clock.monotonic(),
    sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
  };
}

/** Nothing that others serve can be looked at again. */
export function notingNetwork(network: Network, noting: Noting): Network {
  return {
    send: (request) => {
      noting.spoil();
      return network.send(request);
    },
  };
}

/** Facts and variables are noted; what differs from process to process can't be. */
export function notingHost(host: Host, noting: Noting): Host {
  return new Proxy(host, {
    get(target, name) {
      if (name === "env") {
        return (variable: string) => {
          noting.look("env", variable);
          return target.env(variable);
        };
      }
      if ((FACTS as readonly PropertyKey[]).includes(name)) noting.look("host", String(name));
      else noting.spoil();
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Where a program is can be looked up again; what it does can't. */
export function notingProcesses(
  processes: Processes,
  host: Host,
  noting: Noting,
): Processes {
  const spoiled = () => {
    noting.spoil();
    return processes;
  };
  return {
    run: (command) => spoiled().run(command),
    keeper: (markers) => spoiled().keeper(markers),
    passesOnFiles: () => spoiled().passesOnFiles(),
    which: (program, path = host.env("PATH") ?? "") => {
      noting.look("which", `${program}:${path}`);
      return processes.which(program, path);
    },
  };
}

/** Keeps what is written. Whether it goes to a terminal belongs to the command's key. */
export function notingConsole(
  console: Console,
  noting: Noting,
  output: (readonly ["out" | "err", string])[],
): Console {
  const spoiled = () => {
    noting.spoil();
    return console;
  };
  return {
    outIsTerminal: console.outIsTerminal,
    errIsTerminal: console.errIsTerminal,
    inIsTerminal: console.inIsTerminal,
    out: (text) => {
      output.push(["out", text]);
      console.out(text);
    },
    err: (text) => {
      output.push(["err", text]);
      console.err(text);
    },
    outBytes: (bytes) => spoiled().outBytes(bytes),
    columns: () => spoiled().columns(),
    ask: (question, signal) => spoiled().ask(question, signal),
    askHidden: (question, signal) => spoiled().askHidden(question, signal),
    readAll: (most) => spoiled().readAll(most),
    lend: (argv) => spoiled().lend(argv),
    onInterrupt: (listener) => console.onInterrupt(listener),
  };
}
