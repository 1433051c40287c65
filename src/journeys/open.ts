/** What every journey starts from: a machine that is opened, and held while it is worked on. */
export { type Machine, openMachine, type Phase } from "../machine/open.ts";
export { openClosed } from "../machine/closed_files.ts";
export { checkFolders, setAsideMisplaced } from "../machine/misplaced.ts";
export { type Holding, holding } from "../machine/lock.ts";
