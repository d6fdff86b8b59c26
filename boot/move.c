/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/move.h"

#include <string.h>

#include "drivers/console.h"
#include "drivers/io.h"
#include "lib/cache.h"
#include "lib/sections.h"
#include "mm/el2.h"

/* head.S */
void move_leave(u64 fdt, u64 copy, u64 end) __attribute__((noreturn));

/* Not what a cache keeps. Where there is nothing at all the access aborts, and reads as ones. */
bool move_keeps(struct range to)
{
	u64 at[] = { to.base, range_end(to) - sizeof(u64) };
	bool keeps = true;

	for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
		write64(at[i], at[i]);
		dcache_clean_inval_poc(at[i], at[i] + sizeof(u64));
	}
	for (unsigned i = 0; i < ARRAY_SIZE(at); i++)
		keeps &= read64(at[i]) == at[i];
	return keeps;
}

static void *copy_of(struct range to, const void *var)
{
	return (void *)(to.base + ((u64)var - (u64)__image_start));
}

void move_carry(struct range to, const void *var, u64 size)
{
	memcpy(copy_of(to, var), var, size);
}

const void *move_pointer(struct range to, const void *p)
{
	return (u64)p - image_range().base < image_range().size ? copy_of(to, p) : p;
}

/* As the file is: nothing in it has changed but what head.S relocates again, and image_place. */
void move_copy(struct range to)
{
	struct image_place *place = copy_of(to, &image_place);

	move_carry(to, __image_start, (u64)(__noinit_start - __image_start));
	*place = (struct image_place){ .size = to.size, .from = (u64)__image_start };
}

void move_start(struct range to, u64 fdt, u64 used)
{
	u64 size = (u64)(__noinit_start - __image_start);

	move_carry(to, __carried_start, (u64)(__bss_start - __carried_start));
	/* It starts with its MMU off, so it has to be at the PoC, as for any loader. */
	dcache_clean_inval_poc(to.base, to.base + size);
	/* Its eviction would come over what the next owner writes past the caches: move_leave(). */
	dcache_clean_inval_poc((u64)__first_start, (u64)__first_start + used);
	memset(el2_params.key, 0, sizeof(el2_params.key));
	console_drain();
	move_leave(fdt, to.base, page_pool.next.v);
}
