/* SPDX-License-Identifier: Apache-2.0 */
/* Each command of an ITS: what it comes to, and what is refused. */
#include "tests/unit/test.h"

#define CHECK(x)	assert_true(x)

#include "hyp/mmio.h"
#include "tests/unit/its_model.h"

#define V		BIT(63)
#define RD(n)		((u64)(n) << 16)
#define ID(n)		((u64)(n) << 32)
#define MAPD(id, bits)	{ 0x08 | ID(id), (bits) - 1, V | 0x123456700, 0 }
#define UNMAPD(id)	{ 0x08 | ID(id), 0x1f, 0xffffff00, 0 }
#define MAPC(icid, rd)	{ 0x09, 0, V | RD(rd) | (icid), 0 }
#define UNMAPC(icid)	{ 0x09, 0, RD(99) | (icid), 0 }
#define MAPTI(id, event, lpi, icid) { 0x0a | ID(id), (event) | ID(lpi), icid, 0 }
#define MOVI(id, event, icid) { 0x01 | ID(id), event, icid, 0 }
#define OF_EVENT(op, id, event) { (op) | ID(id), event, 0, 0 }
#define INT		0x03
#define CLEAR		0x04
#define INV		0x0c
#define DISCARD		0x0f

static struct its_batch b;
static bool again;

static int make(void **state)
{
	(void)state;
	gic_init(MODEL_LPI_BITS);
	for (u64 n = 0; n < MODEL_CPUS; n++)
		gic_add_redistributor(n * GICR_FRAME, n << 8);
	model_reset(12);
	b.nr = b.cost = 0;
	return 0;
}

/* Checks it, and has the hardware do it. */
static const char *run(const u64 *cmd)
{
	const char *why = its_command(&model.its, &b, cmd, &again);
	unsigned nr = b.nr;

	assert_false(again);
	model_batch(&b);
	model_compare();
	assert_true(!why || !nr);
	return why;
}

#define OK(...)		assert_null(run((const u64[4])__VA_ARGS__))
#define REFUSED(text, ...)						\
	do {								\
		const char *why_ = run((const u64[4])__VA_ARGS__);	\
		assert_non_null(why_);					\
		assert_non_null(strstr(why_, text));			\
	} while (0)

static void a_device_gets_an_itt_of_mavis(void **state)
{
	(void)state;
	OK(MAPD(5, 5));
	assert_true(model.hw[5].mapped);
	assert_int_equal(model.hw[5].bits, 5);
	OK(MAPD(5, 1));					/* again, with another */
	assert_int_equal(model.hw[5].bits, 1);
	OK(UNMAPD(5));
	assert_int_equal(model.done, 4);
	OK(UNMAPD(5));					/* nothing to take away */
	OK(UNMAPD(6));
	assert_int_equal(model.done, 4);
	REFUSED("device table", MAPD(MODEL_DEVICES, 1));
	REFUSED("device table", UNMAPD(MODEL_DEVICES));
	REFUSED("device table", MAPD(0xffffffff, 1));
	REFUSED("fewer events", MAPD(5, MODEL_EVENT_BITS + 1));
	REFUSED("fewer events", MAPD(5, 32));
	assert_false(model.hw[5].mapped);
}

static void a_flat_table_needs_no_page(void **state)
{
	(void)state;
	model_reset(0);
	OK(MAPD(63, 1));
	assert_int_equal(model.its.nr_devices, 1);
	assert_int_equal(model.used[0], 1);
}

/*
 * Where a gap in the heap begins in the middle of one, as this guest makes it. Bits 15:12 of an
 * entry are RES0 for pages of 64 KiB: hardware would use a place where there is an ITT.
 */
static void a_page_of_the_device_table_is_where_its_size_has_it(void **state)
{
	static const u64 cmd[][4] = {
		MAPD(0, 11), MAPD(1, 11), MAPD(2, 12), MAPD(3, 11), UNMAPD(0), MAPD(8192, 11),
	};

	(void)state;
	model_reset(16);
	model.its.regs.typer = GITS_TYPER_PHYSICAL | (8 - 1) << 4 | (16 - 1) << 8;
	model.its.page_id_shift = 13;
	model.its.device_ids = 2 * 8192;
	for (unsigned i = 0; i < ARRAY_SIZE(cmd); i++) {
		assert_null(its_command(&model.its, &b, cmd[i], &again));
		model_finish(&b);
	}
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(model.l1[i], GITS_VALID | model_page(model.l1[i]).base);
		assert_true(model_in_heap(model_page(model.l1[i])));
	}
	assert_false(ranges_overlap(model_page(model.l1[0]), model_page(model.l1[1])));
}

static void pages_of_all_sizes_have_room(void **state)
{
	(void)state;
	for (unsigned shift = 12; shift <= 16; shift += 2) {
		model_reset(shift);
		for (unsigned id = 0; id < MODEL_DEVICES; id += BIT(MODEL_ID_SHIFT) / 2)
			run((const u64[4])MAPD(id, 1 + id % MODEL_EVENT_BITS));
		assert_in_range(model.its.nr_devices, 2, MODEL_DEVICES);
	}
}

static void memory_that_is_used_up_is_a_refusal(void **state)
{
	unsigned id = 0;

	(void)state;
	while (!run((const u64[4])MAPD(id, MODEL_EVENT_BITS)))
		id++;
	assert_in_range(id, 2, 8);
	REFUSED("used up", MAPD(id, MODEL_EVENT_BITS));
	b.cost = 0;
	its_command(&model.its, &b, (const u64[4])MAPD(id, MODEL_EVENT_BITS), &again);
	assert_int_equal(b.cost, 1 + ITS_BATCH_MAPD);
	assert_null(its_find(&model.its, id));
	OK(MAPD(id, 1));				/* a smaller one has room */
	OK(UNMAPD(0));
	OK(MAPD(id + 1, MODEL_EVENT_BITS));
}

static void memory_of_the_batch_in_hand_is_waited_for(void **state)
{
	static const u64 cmd[4] = MAPD(40, MODEL_EVENT_BITS), unmap[4] = UNMAPD(0);
	unsigned id = 0;

	(void)state;
	OK(MAPD(40, 1));				/* the table's page */
	while (!run((const u64[4])MAPD(id, MODEL_EVENT_BITS)))
		id++;
	assert_null(its_command(&model.its, &b, unmap, &again));
	assert_non_null(its_command(&model.its, &b, cmd, &again));
	assert_true(again);
	model_batch(&b);
	assert_null(its_command(&model.its, &b, cmd, &again));
	assert_false(again);
	model_batch(&b);
	model_compare();
}

static void there_is_an_end_to_devices(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ITS_MAX_DEVICES; i++)
		assert_non_null(its_add(&model.its, ITS_MAX_DEVICES - i));
	assert_null(its_add(&model.its, 0));
	assert_non_null(its_find(&model.its, 1));
	assert_null(its_command(&model.its, &b, (const u64[4])UNMAPD(7), &again));
	assert_null(its_find(&model.its, 7));
	for (unsigned i = 1; i <= ITS_MAX_DEVICES; i++)
		assert_int_equal(!its_find(&model.its, i), i == 7);
	its_add(&model.its, 7);
	assert_non_null(strstr(its_command(&model.its, &b, (const u64[4])MAPD(0, 1), &again),
			       "more devices"));
}

static void a_collection_has_a_cpu_that_is_there(void **state)
{
	(void)state;
	OK(MAPC(3, 2));
	OK(MAPC(3, 0));
	OK(UNMAPC(3));
	assert_int_equal(model.done, 3);
	OK(UNMAPC(3));
	assert_int_equal(model.done, 3);
	REFUSED("collections", MAPC(MODEL_COLLECTIONS, 0));
	REFUSED("collections", UNMAPC(0xffff));
	REFUSED("redistributor", MAPC(3, MODEL_CPUS));
	OK(MAPC(MODEL_COLLECTIONS - 1, 0));
}

/* GITS_TYPER.PTA = 1: by the address of RD_base. */
static void a_cpu_may_be_named_by_address(void **state)
{
	static struct gicr r = { .pa = GIB(5) };

	(void)state;
	mmio_register(IPA(r.pa), gic_access_gicr, &r);
	model.its.regs.typer |= GITS_TYPER_PTA;
	assert_null(its_command(&model.its, &b, (const u64[4]){ 0x05, 0, r.pa, 0 }, &again));
	assert_int_equal(b.cmd[0][2], r.pa);
	assert_non_null(its_command(&model.its, &b, (const u64[4]){ 0x05, 0, r.pa + 0x10000, 0 },
				    &again));
	assert_non_null(its_command(&model.its, &b, (const u64[4]){ 0x05, 0, RD(1), 0 }, &again));
	assert_int_equal(b.nr, 1);
}

static void an_event_has_a_device_an_lpi_and_a_collection(void **state)
{
	(void)state;
	REFUSED("device", MAPTI(1, 0, 8192, 0));
	OK(MAPD(1, 2));
	OK(MAPTI(1, 0, 8192, 0));
	OK(MAPTI(1, 3, (1 << MODEL_LPI_BITS) - 1, MODEL_COLLECTIONS - 1));
	REFUSED("already", MAPTI(1, 3, 8192, 0));
	REFUSED("fewer events", MAPTI(1, 4, 8192, 0));
	REFUSED("no LPI", MAPTI(1, 1, 8191, 0));
	REFUSED("no LPI", MAPTI(1, 1, 1 << MODEL_LPI_BITS, 0));
	REFUSED("no LPI", MAPTI(1, 1, 0xffffffff, 0));
	REFUSED("collections", MAPTI(1, 1, 8192, MODEL_COLLECTIONS));
	REFUSED("collections", MAPTI(1, 1, 8192, 0xffff));

	OK(MAPD(2, 1));
	OK(MAPD(1, 2));				/* all anew: none is mapped */
	REFUSED("event is not", OF_EVENT(INT, 1, 0));
	OK(MAPTI(1, 3, 8193, 0));
}

static void mapi_takes_the_event_for_the_lpi(void **state)
{
	(void)state;
	/* more events than the model's hardware has */
	model.its.regs.typer |= (14 - 1) << 8;
	model.its.nr_units = 0;
	assert_non_null(its_command(&model.its, &b, (const u64[4]){ 0x0b | ID(1), 8192, 0 },
				    &again));
	model_reset(12);
	OK(MAPD(1, 2));
	REFUSED("no LPI", { 0x0b | ID(1), 1 | ID(8192), 0, 0 });
}

static void what_is_done_to_an_event_needs_its_collection(void **state)
{
	static const u8 ops[] = { INT, CLEAR, INV, DISCARD };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(ops); i++) {
		make(NULL);
		REFUSED("device", OF_EVENT(ops[i], 1, 0));
		OK(MAPD(1, 2));
		REFUSED("fewer events", OF_EVENT(ops[i], 1, 4));
		REFUSED("event is not", OF_EVENT(ops[i], 1, 2));
		OK(MAPTI(1, 2, 8200, 5));
		REFUSED("collection", OF_EVENT(ops[i], 1, 2));
		OK(MAPC(5, 1));
		OK(OF_EVENT(ops[i], 1, 2));
		OK(UNMAPC(5));
		assert_non_null(run((const u64[4])OF_EVENT(ops[i], 1, 2)));
	}
}

static void an_event_moves_between_collections_that_are_mapped(void **state)
{
	(void)state;
	OK(MAPD(1, 2));
	OK(MAPTI(1, 2, 8200, 5));
	OK(MAPC(6, 1));
	REFUSED("collection", MOVI(1, 2, 6));
	OK(MAPC(5, 0));
	OK(MOVI(1, 2, 6));
	assert_int_equal(model.hw[1].icid[2], 6);
	REFUSED("collection", MOVI(1, 2, 7));
	REFUSED("collection", MOVI(1, 2, MODEL_COLLECTIONS));
	assert_int_equal(model.hw[1].icid[2], 6);
	OK(OF_EVENT(DISCARD, 1, 2));
	REFUSED("event is not", MOVI(1, 2, 5));
}

static void invall_movall_and_sync(void **state)
{
	(void)state;
	REFUSED("collection", { 0x0d, 0, 4, 0 });
	REFUSED("collection", { 0x0d, 0, 0xffff, 0 });
	OK(MAPC(4, 1));
	OK({ 0x0d, 0, 4, 0 });
	OK({ 0x05, 0, RD(2), 0 });
	REFUSED("redistributor", { 0x05, 0, RD(3), 0 });
	OK({ 0x0e, 0, RD(2), RD(0) });
	REFUSED("redistributor", { 0x0e, 0, RD(3), RD(0) });
	REFUSED("redistributor", { 0x0e, 0, RD(0), RD(3) });
}

/* Virtual LPIs' among them: VMAPP carries the address of a table. */
static void other_commands_are_none(void **state)
{
	static const u8 known[] = { 1, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15 };

	(void)state;
	for (unsigned op = 0; op < 256; op++) {
		if (memchr(known, (int)op, sizeof(known)))
			continue;
		assert_non_null(strstr(run((const u64[4]){ op | ID(1), V, V | RD(1), V }),
				       "no command"));
		assert_string_equal(its_command_name(op), "a command");
	}
	assert_string_equal(its_command_name(0x08 | ID(7)), "MAPD");
}

/* Only fields that mean something reach the hardware: model_run() looks. */
static void bits_without_a_meaning_are_dropped(void **state)
{
	(void)state;
	OK({ 0xffffff08 | ID(1), ~0x1full | 1, ~0ull, ~0ull });
	OK({ 0xffffff09, ~0ull, V | RD(1) | 4, ~0ull });
	OK({ 0xffffff0a | ID(1), 1 | ID(8192), 0xffffffffffff0004, ~0ull });
	OK({ 0xffffff03 | ID(1), 1 | 0xffffffffull << 32, ~0ull, ~0ull });
	OK({ 0xffffff05, ~0ull, RD(1) | 0xfff000000000ffff, ~0ull });
	OK({ 0xffffff08 | ID(1), ~0ull, ~V, ~0ull });
}

static void what_the_guests_tables_had_goes_with_them(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		OK(MAPD(i, 1));
		OK(MAPC(3 * i, 1));
	}
	assert_false(its_drop(&model.its, &b));
	model.its.drop_collections = true;
	while (its_drop(&model.its, &b))
		;
	model_batch(&b);
	model_compare();
	assert_int_equal(model.its.nr_devices, 20);
	assert_false(model.mapped[57] || model.mapped[0]);

	model.its.drop_devices = true;
	while (its_drop(&model.its, &b))
		;
	model_batch(&b);
	model_compare();
	assert_int_equal(model.its.nr_devices, 0);
}

static void a_batch_is_bounded(void **state)
{
	(void)state;
	for (unsigned i = 0; b.cost < ITS_BATCH; i++)
		assert_null(its_command(&model.its, &b, (const u64[4])MAPD(i, 1), &again));
	assert_in_range(b.nr, 1, ITS_BATCH / ITS_BATCH_MAPD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_device_gets_an_itt_of_mavis, make),
		cmocka_unit_test_setup(a_flat_table_needs_no_page, make),
		cmocka_unit_test_setup(a_page_of_the_device_table_is_where_its_size_has_it, make),
		cmocka_unit_test_setup(pages_of_all_sizes_have_room, make),
		cmocka_unit_test_setup(memory_that_is_used_up_is_a_refusal, make),
		cmocka_unit_test_setup(memory_of_the_batch_in_hand_is_waited_for, make),
		cmocka_unit_test_setup(there_is_an_end_to_devices, make),
		cmocka_unit_test_setup(a_collection_has_a_cpu_that_is_there, make),
		cmocka_unit_test_setup(a_cpu_may_be_named_by_address, make),
		cmocka_unit_test_setup(an_event_has_a_device_an_lpi_and_a_collection, make),
		cmocka_unit_test_setup(mapi_takes_the_event_for_the_lpi, make),
		cmocka_unit_test_setup(what_is_done_to_an_event_needs_its_collection, make),
		cmocka_unit_test_setup(an_event_moves_between_collections_that_are_mapped, make),
		cmocka_unit_test_setup(invall_movall_and_sync, make),
		cmocka_unit_test_setup(other_commands_are_none, make),
		cmocka_unit_test_setup(bits_without_a_meaning_are_dropped, make),
		cmocka_unit_test_setup(what_the_guests_tables_had_goes_with_them, make),
		cmocka_unit_test_setup(a_batch_is_bounded, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
