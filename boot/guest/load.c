/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/load.h"

#include <libfdt.h>
#include <string.h>

#include "boot/guest/crc32.h"
#include "boot/guest/place.h"
#include "boot/guest/tree.h"
#include "drivers/console.h"
#include "hyp/panic.h"
#include "lib/arch.h"
#include "lib/cache.h"
#include "mm/el2.h"

_Static_assert(PLACE_MAX_AVOID >= HOST_MAX_RESERVED, "every reserved range can be avoided");

static struct diag diag;

static void verify_member(const char *name, const struct member *m, bool known, u32 want)
{
	u32 crc;

	if (!m->data)
		return;
	if (!known)
		stop("bundle: verify: config.dtb has no checksum of `%s`: make the bundle with tools/bundle",
		     name);
	crc = crc32(m->data, m->size);
	if (crc != want)
		stop("bundle: `%s` has checksum %#x, config.dtb says %#x: it was damaged on its way; copy the bundle again",
		     name, crc, want);
}

void load_verify(const struct bundle *bundle, const struct config *config)
{
	if (!config->verify)
		return;
	if (!crc32_available())
		stop("bundle: verify: this CPU has no FEAT_CRC32: leave `verify` out");
	verify_member("kernel", &bundle->kernel, config->has_kernel_crc, config->kernel_crc);
	verify_member("ramdisk", &bundle->ramdisk, config->has_ramdisk_crc, config->ramdisk_crc);
	verify_member("guest.dtb", &bundle->dtb, config->has_dtb_crc, config->dtb_crc);
	print("Bundle: checksums verified\n");
}

static struct range member_range(const struct member *m)
{
	return (struct range){ (u64)m->data, m->data ? m->size : 0 };
}

static void map_place(const struct place *p)
{
	if (p->size && el2_map(p->pa, p->size, S1_DATA))
		stop("EL2 cannot map %#lx bytes at %#lx: its page pool is used up", p->size,
		     p->pa.v);
}

/* Moves @m to @p, unless it is there already. */
static bool move(const struct member *m, const struct place *p)
{
	if (!m->data || (u64)m->data == p->pa.v)
		return false;
	memmove((void *)p->pa.v, m->data, m->size);
	return true;
}

/* A program's bss is zero when it starts; an Image clears its own. */
static void clear_behind(u64 file, const struct place *p)
{
	memset((u8 *)p->pa.v + file, 0, p->size - file);
}

/*
 * The guest starts with its MMU off, reads and writes past the caches: what it will read there must
 * be at the PoC (booting.rst, "the address range of the loaded kernel image must be cleaned to the
 * PoC"), whoever wrote it, and no dirty line may lie over what it writes: its eviction would undo
 * that. A kernel does so in all of image_size: its first stack may lie behind the file's end.
 */
static void clean(const struct place *p)
{
	dcache_clean_inval_poc(p->pa.v, p->pa.v + p->size);
}

/*
 * Writes all parts. The tree first: it is made from the host's and the config's, over which the
 * others may move. True if the kernel was moved.
 */
static bool fill(const struct placement *p, const struct bundle *bundle, bool bare,
		 const struct guest_fdt_args *tree)
{
	struct place made = { p->fdt.ipa, p->fdt_made, p->fdt.size };
	struct member fdt = { (const void *)made.pa.v, made.size };
	bool moved;

	map_place(&made);
	map_place(&p->fdt);
	map_place(&p->kernel);
	map_place(&p->ramdisk);
	check(guest_fdt_write((void *)made.pa.v, made.size, tree, &diag), &diag);
	move(&bundle->ramdisk, &p->ramdisk);
	moved = move(&bundle->kernel, &p->kernel);
	if (bare)
		clear_behind(bundle->kernel.size, &p->kernel);
	move(&fdt, &p->fdt);
	clean(&p->kernel);
	clean(&p->ramdisk);	/* Linux reads it with its MMU on; others may not */
	clean(&p->fdt);
	if (made.pa.v != p->fdt.pa.v)
		clean(&made);		/* nothing of the guest's is there: it may write there */

	/*
	 * What was here before may still be in an instruction cache (Arm ARM B2, "Synchronization
	 * of caches").
	 */
	asm volatile("ic ialluis\n\tdsb ish\n\tisb" ::: "memory");
	return moved;
}

/* What Linux would stop at without a word, or with one that names no remedy. */
static void check_linux(const struct bundle *bundle, struct image *image)
{
	check(image_read(&bundle->kernel, image, &diag), &diag);
	check(image_check_pages(image, read_sysreg(id_aa64mmfr0_el1), &diag), &diag);
	check(ramdisk_check(&bundle->ramdisk, &diag), &diag);
}

/*
 * A member of an archive is aligned to 4 bytes at most, and libfdt wants 8. What lies before it is
 * its own name, which nobody reads any more.
 */
static struct member align_tree(const struct member *m)
{
	struct member aligned = { (const void *)ALIGN_DOWN((u64)m->data, 8), m->size };

	if (aligned.data != m->data)
		memmove((void *)aligned.data, m->data, m->size);
	return aligned;
}

struct entry load_guest(const struct bundle *bundle, const struct config *config,
			const struct host *host, const struct region_table *regions,
			ipa_t control_page)
{
	static struct place_request r;
	struct member dtb = align_tree(&bundle->dtb);
	struct guest_fdt_args tree = {
		.host = host,
		.config = config,
		.regions = regions,
		.base = dtb.data,
		.base_size = dtb.size,
		.control_page = control_page,
	};
	struct placement p;
	bool moved;

	r.regions = regions;
	r.bundle = host->bundle;
	r.kernel = member_range(&bundle->kernel);
	r.ramdisk = member_range(&bundle->ramdisk);
	r.bare = config->bare;
	r.load = config->load;
	r.memory = config->kernel_memory;
	r.has_fdt_at = config->has_dtb_at;
	r.fdt_at = config->dtb_at;
	r.fdt_size = guest_fdt_bound(&tree);
	r.host_fdt = (struct range){ (u64)host->fdt, fdt_totalsize(host->fdt) };
	for (unsigned i = 0; i < host->nr_reserved; i++)
		r.avoid[r.nr_avoid++] = host->reserved[i].range;
	check(guest_fdt_reserved(&tree, r.avoid, &r.nr_avoid, PLACE_MAX_AVOID, &diag), &diag);
	r.nr_own = r.nr_avoid - host->nr_reserved;
	if (!config->bare)
		check_linux(bundle, &r.image);
	check(place_guest(&r, &p, &diag), &diag);

	tree.ramdisk = (struct range){ p.ramdisk.ipa.v, p.ramdisk.size };
	moved = fill(&p, bundle, config->bare, &tree);

	return (struct entry){
		.pc = config->bare ? config->entry : p.kernel.ipa,
		.fdt = p.fdt.ipa,
		.kernel = p.kernel.ipa,
		.ramdisk = p.ramdisk.ipa,
		.kernel_size = bundle->kernel.size,
		.ramdisk_size = bundle->ramdisk.data ? bundle->ramdisk.size : 0,
		.moved = moved,
	};
}
