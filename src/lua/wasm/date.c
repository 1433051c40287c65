/* `os.date`, the one function of Lua's library of the operating system that a config has. */
#include "lua.h"
#include "lauxlib.h"
#include "lualib.h"

#define LUA_TMPNAMBUFSIZE 1
#define lua_tmpnam(name, failed) ((failed) = 1)
#undef LUAMOD_API
#define LUAMOD_API static
#define luaopen_os unused_os
#include "loslib.c"

int sys_open_date(lua_State *L) {
  static const luaL_Reg functions[] = { { "date", os_date }, { NULL, NULL } };
  luaL_newlib(L, functions);
  return 1;
}
