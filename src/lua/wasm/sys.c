/* The VM as JavaScript sees it: one Lua state in one instance of WebAssembly. Texts come in as blocks from
 * `allocate`, go out as pointer and length. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lua.h"
#include "lauxlib.h"
#include "lualib.h"
#include "ldebug.h"
#include "ldo.h"
#include "lobject.h"
#include "lstate.h"

#define IMPORT(name) __attribute__((import_module("sys"), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

/* A text. */
struct text { const char *bytes; size_t size; };

/* What JavaScript hands over: a number of texts, their sizes, their bytes. */
struct block { uint32_t count; uint32_t sizes[]; };

enum { GO_ON = 0, STOP = 1, PAUSE = 2 };
/* Asked after every BUDGET steps, which is every few milliseconds. */
IMPORT("tick") int tick(void);
/* Suspends all of Lua; comes back when JavaScript has had a turn. */
IMPORT("pause") void give_turn(void);
/* Gives a block of one or two texts (a result; nothing and a message), 0 for nil, or NO_MEMORY. */
IMPORT("host") struct block *ask_host(const struct text *texts, int count);
#define NO_MEMORY ((struct block *)1)

#define BUDGET (1 << 18)
/* Garbage is looked for after so many bytes, and well before the limit: most configs end before. */
#define COLLECT_AFTER ((size_t)32 << 20)
#define MOST_TEXTS 8

static lua_State *state;
static size_t limit, used;
/* Where Lua was when it was stopped or had no memory: "line:file" in lines, innermost first. */
static char place[4096];
static struct text answer;
static int stopped;
/* No step is counted while the image is made. */
static int counting;

int sys_budget = BUDGET;
lua_State *sys_running;

/* {====== Time ====== */

static void note_place(lua_State *L, int most) {
  size_t filled = 0;
  lua_Debug record;
  place[0] = '\0';
  for (CallInfo *call = L->ci; most > 0 && call != &L->base_ci; call = call->previous) {
    record.i_ci = call;
    lua_getinfo(L, "Sl", &record);
    /* Chunks of the user's have names that start with "@". */
    if (record.source[0] != '@' || record.srclen + 16 > sizeof(place) - filled) continue;
    lua_Unsigned line = (lua_Unsigned)record.currentline;
    char digits[12];
    int at = sizeof(digits);
    do { digits[--at] = (char)('0' + line % 10); line /= 10; } while (line > 0);
    memcpy(place + filled, digits + at, sizeof(digits) - at);
    filled += sizeof(digits) - at;
    place[filled++] = ':';
    memcpy(place + filled, record.source + 1, record.srclen - 1);
    filled += record.srclen - 1;
    place[filled++] = '\n';
    place[filled] = '\0';
    most--;
  }
}

/* Once the time is over every step raises the error, so that no `pcall` keeps the code alive. */
void sys_spent(lua_State *L) {
  if (!counting) {
    sys_budget = BUDGET;
    return;
  }
  if (!stopped) {
    int what = tick();
    if (what == PAUSE) {
      give_turn();
      what = tick();
    }
    if (what != STOP) {
      sys_budget = BUDGET;
      return;
    }
    stopped = 1;
    note_place(L, 10);
  }
  sys_budget = 0;
  /* From the registry, where it lies since the start: there may be no memory for it. */
  lua_rawgetp(L, LUA_REGISTRYINDEX, &stopped);
  /* Past the message handlers of `xpcall`, which would be stopped too. */
  luaD_throw(L, LUA_ERRRUN);
}

void sys_charge(size_t count) {
  sys_budget = count < (size_t)sys_budget || sys_budget < 0 ? sys_budget - (int)(sys_budget < 0 ? 0 : count) : 0;
}

void sys_steps(lua_State *L, size_t count) {
  sys_charge(count);
  sys_step(L);
}

/* }====== */

/* {====== Memory ====== */

static void *refuse(void) {
  if (sys_running) note_place(sys_running, 1);
  return NULL;
}

/* Blocks of up to SMALL bytes come from free lists, one for each multiple of 16: nearly all of Lua's are small, and
 * Lua says how large one was when it gives it back. */
#define SMALL 512
#define CHUNK (1 << 15)
#define list_of(size) (((size) + 15) >> 4)

struct free_block { struct free_block *next; };
static struct free_block *free_lists[SMALL / 16 + 1];
static char *chunk, *chunk_end;

static void *give_small(size_t size) {
  struct free_block **list = &free_lists[list_of(size)];
  struct free_block *block = *list;
  if (block) {
    *list = block->next;
    return block;
  }
  size = list_of(size) * 16;
  if (size > (size_t)(chunk_end - chunk)) {
    char *given = malloc(CHUNK);
    if (!given) return NULL;
    chunk = given, chunk_end = given + CHUNK;
  }
  chunk += size;
  return chunk - size;
}

static void *give(size_t size) { return size <= SMALL ? give_small(size) : malloc(size); }

/* The image has only what is in use. */
static void take_back(void *block, size_t size) {
  if (!counting) memset(block, 0, size);
  if (size > SMALL) {
    free(block);
  } else {
    struct free_block *freed = block;
    freed->next = free_lists[list_of(size)];
    free_lists[list_of(size)] = freed;
  }
}

static void *move(void *block, size_t before, size_t size) {
  if (before <= SMALL && size <= SMALL && list_of(before) == list_of(size)) return block;
  if (before > SMALL && size > SMALL && counting) return realloc(block, size);
  void *given = give(size);
  if (!given) return NULL;
  memcpy(given, block, before < size ? before : size);
  take_back(block, before);
  return given;
}

static void *resize(void *data, void *block, size_t old, size_t size) {
  (void)data;
  size_t before = block ? old : 0;
  if (size == 0) {
    used -= before;
    if (block) take_back(block, before);
    return NULL;
  }
  if (size > before && (size - before > limit || used > limit - (size - before))) return refuse();
  void *given = block ? move(block, before, size) : give(size);
  if (!given) return refuse();
  used += size - before;
  return given;
}

/* }====== */

/* `host(operation, …)`: gives a text or nil, or nil and a message. */
static int host(lua_State *L) {
  struct text texts[MOST_TEXTS];
  int count = lua_gettop(L);
  luaL_argcheck(L, count <= MOST_TEXTS, MOST_TEXTS, "too many");
  for (int n = 0; n < count; n++) texts[n].bytes = luaL_checklstring(L, n + 1, &texts[n].size);
  struct block *block = ask_host(texts, count);
  if (!block) return 0;
  if (block == NO_MEMORY) {
    lua_pushliteral(L, "not enough memory");
    return lua_error(L);
  }
  const char *bytes = (const char *)(block->sizes + block->count);
  count = (int)block->count;
  if (count == 2) lua_pushnil(L);
  lua_pushlstring(L, bytes, block->sizes[count - 1]);
  free(block);
  return count;
}

/* `caller()`: file and line of the nearest frame of the user's; nothing where none is. */
static int caller(lua_State *L) {
  for (CallInfo *call = L->ci; call != &L->base_ci; call = call->previous) {
    sys_step(L);
    if (!isLua(call)) continue;
    const TString *source = ci_func(call)->p->source;
    if (!source || getstr(source)[0] != '@') continue;
    lua_Debug record;
    record.i_ci = call;
    lua_getinfo(L, "l", &record);
    lua_pushlstring(L, getstr(source) + 1, tsslen(source) - 1);
    lua_pushinteger(L, record.currentline);
    return 2;
  }
  return 0;
}

/* Bytes between two counts of steps. */
#define PART 1024

/* How many bytes one takes in JSON. */
static size_t json_size(unsigned char byte) {
  switch (byte) {
    case '"': case '\\': case '\n': case '\r': case '\t': return 2;
  }
  return byte < ' ' || byte == 127 ? 6 : 1;
}

static char *json_byte(char *to, unsigned char byte) {
  static const char digits[] = "0123456789abcdef", known[] = "\"\\\n\r\t", letters[] = "\"\\nrt";
  size_t size = json_size(byte);
  if (size == 1) {
    *to = (char)byte;
  } else if (size == 2) {
    to[0] = '\\', to[1] = letters[strchr(known, byte) - known];
  } else {
    memcpy(to, "\\u00", 4);
    to[4] = digits[byte >> 4], to[5] = digits[byte & 15];
  }
  return to + size;
}

/* `json_text(text, checked)`: a JSON string; nil where bytes would have to be checked first for being UTF-8. */
static int json_text(lua_State *L) {
  size_t size, whole = 2;
  const unsigned char *text = (const unsigned char *)luaL_checklstring(L, 1, &size);
  int checked = lua_toboolean(L, 2);
  for (size_t n = 0; n < size; n++) {
    if (n % PART == 0) sys_steps(L, PART / 4);
    if (text[n] > 127 && !checked) return 0;
    whole += json_size(text[n]);
  }
  luaL_Buffer buffer;
  char *to = luaL_buffinitsize(L, &buffer, whole);
  *to++ = '"';
  if (whole == size + 2) {
    memcpy(to, text, size);
    to += size;
  } else {
    for (size_t n = 0; n < size; n++) {
      if (n % PART == 0) sys_steps(L, PART / 4);
      to = json_byte(to, text[n]);
    }
  }
  *to = '"';
  luaL_pushresultsize(&buffer, whole);
  return 1;
}

/* `framed(f)`: a C function that calls f. A tail call to a C function keeps the frame of its caller, which errors
 * then name. */
static int call_framed(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

static int framed(lua_State *L) {
  lua_settop(L, 1);
  lua_pushcclosure(L, call_framed, 1);
  return 1;
}

int sys_open_date(lua_State *L);

static int open_libraries(lua_State *L) {
  static const luaL_Reg libraries[] = {
    { LUA_GNAME, luaopen_base }, { LUA_COLIBNAME, luaopen_coroutine }, { LUA_TABLIBNAME, luaopen_table },
    { LUA_STRLIBNAME, luaopen_string }, { LUA_MATHLIBNAME, luaopen_math }, { LUA_UTF8LIBNAME, luaopen_utf8 },
    { LUA_DBLIBNAME, luaopen_debug }, { LUA_OSLIBNAME, sys_open_date },
  };
  for (size_t n = 0; n < sizeof(libraries) / sizeof(*libraries); n++) {
    luaL_requiref(L, libraries[n].name, libraries[n].func, 1);
    lua_pop(L, 1);
  }
  lua_pushliteral(L, "sys: the time is over");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &stopped);
  lua_createtable(L, 0, 4);
  lua_pushcfunction(L, host);
  lua_setfield(L, -2, "host");
  lua_pushcfunction(L, caller);
  lua_setfield(L, -2, "caller");
  lua_pushcfunction(L, json_text);
  lua_setfield(L, -2, "json_text");
  lua_pushcfunction(L, framed);
  lua_setfield(L, -2, "framed");
  lua_setglobal(L, "sys_shared");
  return 0;
}

static int load(lua_State *L) {
  struct block *block = lua_touserdata(L, 1);
  const char *name = (const char *)(block->sizes + 2);
  lua_pushlstring(L, name, block->sizes[0]);
  if (luaL_loadbufferx(L, name + block->sizes[0], block->sizes[1], lua_tostring(L, -1), "t") != LUA_OK)
    return lua_error(L);
  lua_getglobal(L, "sys_shared");
  lua_call(L, 1, 0);
  return 0;
}

static int enter(lua_State *L) {
  struct block *block = lua_touserdata(L, 1);
  const char *bytes = (const char *)(block->sizes + block->count);
  luaL_checkstack(L, (int)block->count + 1, NULL);
  lua_getglobal(L, "sys_enter");
  for (uint32_t n = 0; n < block->count; n++) {
    lua_pushlstring(L, bytes, block->sizes[n]);
    bytes += block->sizes[n];
  }
  lua_call(L, (int)block->count, 1);
  return 1;
}

static int call(lua_CFunction f, void *data) {
  lua_settop(state, 0);
  lua_pushcfunction(state, f);
  lua_pushlightuserdata(state, data);
  place[0] = '\0';
  int status = lua_pcall(state, 1, 1, 0);
  answer.bytes = "", answer.size = 0;
  if (lua_type(state, -1) == LUA_TSTRING) answer.bytes = lua_tolstring(state, -1, &answer.size);
  return status;
}

/* {====== For JavaScript ====== */

/* Room for a block; 0 when there is none. */
EXPORT("allocate") void *sys_allocate(size_t size) { return malloc(size); }

EXPORT("release") void sys_release(void *block) { free(block); }

/* Makes the state. Gives Lua's status. */
EXPORT("open") int sys_open(void) {
  limit = (size_t)-1;
  state = lua_newstate(resize, NULL);
  if (!state) return LUA_ERRMEM;
  sys_running = state;
  return call(open_libraries, NULL);
}

/* Runs a file of ours: name and text. */
EXPORT("load") int sys_load(struct block *block) { return call(load, block); }

/* Ends the making of the image. */
EXPORT("settle") void sys_settle(void) {
  lua_settop(state, 0);
  answer.bytes = "", answer.size = 0;
  lua_gc(state, LUA_GCCOLLECT);
}

/* Says how many bytes of memory there are. Gives Lua's status. */
EXPORT("limit") int sys_limit(size_t most) {
  limit = most;
  luaE_setdebt(G(state), -(l_mem)(limit / 32 < COLLECT_AFTER ? limit / 32 : COLLECT_AFTER));
  return used <= limit ? LUA_OK : LUA_ERRMEM;
}

/* Calls an entry: its name and arguments. */
EXPORT("enter") int sys_enter(struct block *block) {
  stopped = 0, sys_budget = BUDGET, counting = 1, sys_running = state;
  int status = call(enter, block);
  counting = 0;
  return status;
}

/* What the last call gave: a text, or the message of an error. */
EXPORT("answer") const char *sys_answer(void) { return answer.bytes; }
EXPORT("answer_size") size_t sys_answer_size(void) { return answer.size; }

/* Where Lua was when it was stopped or had no memory; ends in a zero. */
EXPORT("place") const char *sys_place(void) { return place; }

/* }====== */
