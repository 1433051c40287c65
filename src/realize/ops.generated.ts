// Made by scripts/embed_lua.ts; do not edit.
import { chmod } from "./ops/chmod.ts";
import { copy } from "./ops/copy.ts";
import { exists } from "./ops/exists.ts";
import { fetch_git } from "./ops/fetch_git.ts";
import { fetch_npm } from "./ops/fetch_npm.ts";
import { fetch_url } from "./ops/fetch_url.ts";
import { file_types } from "./ops/file_types.ts";
import { glob } from "./ops/glob.ts";
import { list } from "./ops/list.ts";
import { log } from "./ops/log.ts";
import { mkdir } from "./ops/mkdir.ts";
import { move } from "./ops/move.ts";
import { read } from "./ops/read.ts";
import { remove } from "./ops/remove.ts";
import { renew_build_id } from "./ops/renew_build_id.ts";
import { run } from "./ops/run.ts";
import { shrink_rpath } from "./ops/shrink_rpath.ts";
import { substitute } from "./ops/substitute.ts";
import { symlink } from "./ops/symlink.ts";
import { unpack } from "./ops/unpack.ts";
import { write } from "./ops/write.ts";

/** What recipes can do. */
export const OPERATIONS = {
  chmod,
  copy,
  exists,
  fetch_git,
  fetch_npm,
  fetch_url,
  file_types,
  glob,
  list,
  log,
  mkdir,
  move,
  read,
  remove,
  renew_build_id,
  run,
  shrink_rpath,
  substitute,
  symlink,
  unpack,
  write,
};
