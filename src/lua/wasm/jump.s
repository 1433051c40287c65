# sys_try(call, L, data): calls; comes back when it does, or when sys_throw was called in it.
# sys_throw(jump): leaves the innermost sys_try.
	.globaltype	__stack_pointer, i32
	.tagtype	__lua_jump i32
	.globl	__lua_jump
__lua_jump:

	.section	.text.sys_try,"",@
	.globl	sys_try
	.type	sys_try,@function
sys_try:
	.functype	sys_try (i32, i32, i32) -> ()
	.local	i32
	global.get	__stack_pointer
	local.set	3
	try
	local.get	1
	local.get	2
	local.get	0
	call_indirect	(i32, i32) -> ()
	catch	__lua_jump
	drop
	local.get	3
	global.set	__stack_pointer
	end_try
	end_function

	.section	.text.sys_throw,"",@
	.globl	sys_throw
	.type	sys_throw,@function
sys_throw:
	.functype	sys_throw (i32) -> ()
	local.get	0
	throw	__lua_jump
	unreachable
	end_function
