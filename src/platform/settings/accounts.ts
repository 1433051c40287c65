/** Takes users and groups, gives command lines for Linux; and reads what there is. Pure. */
import type { Json } from "../../manifest/types.ts";
import { SysError } from "../../errors.ts";
import type { Accounts, UserEntry } from "../../system/accounts.ts";
import type { System } from "../../system/mod.ts";

/** Names as useradd takes them on every distribution. */
const NAME = /^[a-z_][a-z0-9_-]{0,31}$/;

/** Checks a name. @throws SysError of kind "config" for one that no system takes */
export function accountName(name: string): string {
  if (NAME.test(name)) return name;
  throw new SysError("config", `Cannot use "${name}" as the name of a user or group`, {
    hint: "names have lower-case letters, digits, `_` and `-`, and start with no digit",
  });
}

/** Why accounts can't be changed here, where they can't. */
export function whyNot(
  { os, elevated }: Pick<System["host"], "os" | "elevated">,
): { readonly blocked?: string } {
  if (os !== "linux") {
    return {
      blocked: "sys changes users and groups on Linux only (declare it where `syslua.is_linux`)",
    };
  }
  return elevated ? {} : { blocked: "it needs root" };
}

/** Flags of useradd and usermod for the fields that can change. */
const FIELDS: Readonly<Record<string, Field>> = {
  group: { flag: "--gid", of: ({ gid }) => String(gid) },
  comment: { flag: "--comment", of: ({ comment }) => comment },
  home: { flag: "--home", of: ({ home }) => home },
  shell: { flag: "--shell", of: ({ shell }) => shell },
};

interface Field {
  readonly flag: string;
  readonly of: (user: UserEntry) => string;
}

/** Command line that makes a user with its fields. `ownGroup`: there is a group of that name already. */
export function createUser(name: string, fields: Json, ownGroup: boolean): readonly string[] {
  const given = optionsOf(fields);
  const flags = given("system") === true ? ["--system"] : [];
  if (given("uid") !== null) flags.push("--uid", String(given("uid")));
  // Without a group of its own useradd refuses the name of one that is there.
  const group = given("group") ?? (ownGroup ? name : null);
  for (const [field, { flag }] of Object.entries(FIELDS)) {
    const value = field === "group" ? group : given(field);
    if (value !== null) flags.push(flag, String(value));
  }
  if (given("create_home") === true) flags.push("--create-home");
  return ["useradd", ...flags, name];
}

/** Command line that changes one field of a user. */
export function changeUser(name: string, field: string, value: string): readonly string[] {
  return ["usermod", FIELDS[field].flag, value, name];
}

/** Command line that makes a group. */
export function createGroup(name: string, fields: Json): readonly string[] {
  const given = optionsOf(fields);
  return [
    "groupadd",
    ...(given("system") === true ? ["--system"] : []),
    ...(given("gid") === null ? [] : ["--gid", String(given("gid"))]),
    name,
  ];
}

/** A field of a user as it is now; null where there is no such user. */
export function fieldOfUser(accounts: Accounts, name: string, field: string): string | null {
  const user = accounts.user(name);
  if (user === null) return null;
  // A number that no group has is its own name.
  if (field === "group") return accounts.group(user.gid)?.name ?? String(user.gid);
  return FIELDS[field].of(user);
}

/** Whether a user is in a group, as its main one or another. */
export function isMember(accounts: Accounts, user: string, name: string): boolean {
  const group = accounts.group(name);
  if (group === null) return false;
  return group.members.includes(user) || accounts.user(user)?.gid === group.gid;
}

function optionsOf(fields: Json): (name: string) => Json {
  return (name) => (fields as { readonly [key: string]: Json } | null)?.[name] ?? null;
}
