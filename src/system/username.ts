/** Takes a user's number and the account database, gives the name. The environment says who somebody claims to be. */

/** The name in a text like `/etc/passwd`; null where that number has none. */
export function nameOfUser(passwd: string, uid: number): string | null {
  for (const line of passwd.split("\n")) {
    const [name, , number] = line.split(":");
    if (name !== "" && number === String(uid)) return name;
  }
  return null;
}
