/* What Lua is compiled with; included before each of its files. */
#ifndef lua_config_h
#define lua_config_h

#include <stddef.h>

struct lua_State;

/* The same order of raw keys on every run. */
#define luai_makeseed(L) 0x5e5a11u

/* Sorting goes the same way on every run. */
#define l_randomizePivot() 0u

/* No signals. */
#define l_signalT int

/* Nothing is written anywhere. */
#define lua_writestring(text, size) ((void)(text))
#define lua_writeline() ((void)0)
#define lua_writestringerror(form, text) ((void)(text))
#define lua_getlocaledecpoint() '.'

/* Errors of Lua are exceptions of WebAssembly (jump.s): JavaScript has no frame among those of Lua, so that all of
 * them can be suspended together. */
typedef void (*sys_protected)(struct lua_State *L, void *data);
void sys_try(sys_protected call, struct lua_State *L, void *data);
_Noreturn void sys_throw(void *jump);
#define LUAI_TRY(L, jump, action) sys_try(f, L, ud)
#define LUAI_THROW(L, jump) sys_throw(jump)
#define luai_jmpbuf int

/* Steps: what takes time is charged, in units of a few nanoseconds, and raises an error when the time is over. */
extern int sys_budget;
void sys_spent(struct lua_State *L);
#define sys_step(L) ((void)(--sys_budget < 0 ? (sys_spent(L), 0) : 0))
void sys_steps(struct lua_State *L, size_t count);
/* The same where no error may be raised: the next step raises it. */
void sys_charge(size_t count);
/* Copying, comparing or hashing so many bytes. */
#define sys_bytes(size) ((size) >> 4)

/* The coroutine that runs. */
extern struct lua_State *sys_running;

#endif
