/* SPDX-License-Identifier: Apache-2.0 */
/* Where Mavis moves. The machine has 64 MiB at 1 and at 2 GiB, the second less its last page. */
#include "boot/guest/home.h"

#include "lib/errno.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/test.h"
#include "tests/unit/two_banks.h"

static struct range home;

static int setup(void **state)
{
	(void)state;
	two_banks(4);
	home = (struct range){ 1, 1 };
	return 0;
}

static void it_is_the_last_block_of_the_highest_bank(void **state)
{
	(void)state;
	assert_int_equal(home_find(&host, &config, &home, &d), 0);
	assert_int_equal(home.base, GIB(2) + MIB(60));
	assert_int_equal(home.size, MIB(2));
}

static void it_has_room_for_the_stacks_of_many_cpus(void **state)
{
	(void)state;
	host.nr_cpus = 128;
	assert_int_equal(home_find(&host, &config, &home, &d), 0);
	assert_int_equal(home.base, GIB(2) + MIB(58));
	assert_int_equal(home.size, MIB(4));

	config.cpus = 4;
	assert_int_equal(home_find(&host, &config, &home, &d), 0);
	assert_int_equal(home.size, MIB(2));
}

/* What head.S cleans is all that el2_build() writes, on the largest machine with most regions. */
static void el2_can_map_the_largest(void **state)
{
	static struct region regions[REGION_MAX];

	(void)state;
	for (u64 i = 0; i < REGION_MAX; i++)
		regions[i] = (struct region){ .ipa = IPA(GIB(64) + i * GIB(1)),
					      .pa = PA(GIB(64) + i * GIB(1)), .size = PAGE_SIZE };
	config.regions = regions;
	config.nr_regions = REGION_MAX;
	config.control = true;
	host.nr_cpus = MAX_CPUS;
	host.nr_smmus = HOST_MAX_SMMU;
	/* each amid a span of an SMMU's streams, at both of its ends */
	for (; host.nr_streams < HOST_MAX_STREAMS; host.nr_streams++)
		host.streams[host.nr_streams] = (struct dma_streams){
			.first = 0x1ff + host.nr_streams * 0x400, .nr = 0x102 };
	host.memory[1].size = GIB(1);
	assert_int_equal(home_find(&host, &config, &home, &d), 0);
	assert_true(home.size > MIB(32));
	assert_true(home.size / MIB(2) + 5 <= EL2_EARLY_POOL / PAGE_SIZE);
}

static void it_is_below_what_others_have(void **state)
{
	(void)state;
	host.bundle = (struct range){ GIB(2) + MIB(33) + 1, MIB(30) };
	assert_int_equal(home_find(&host, &config, &home, &d), 0);
	assert_int_equal(home.base, GIB(2) + MIB(30));

	host.reserved[0].range = (struct range){ GIB(2) + MIB(30), PAGE_SIZE };
	host.nr_reserved = 1;
	region = (struct region){ .pa = PA(GIB(2)), .size = MIB(29) };
	config.nr_regions = 1;
	assert_int_equal(home_find(&host, &config, &home, &d), 0);
	assert_int_equal(home.base, GIB(1) + MIB(62));
}

/* As a bank that the config withholds: another computer on the board may work with it. */
static void it_is_in_nothing_that_is_kept_from_the_guest(void **state)
{
	(void)state;
	host.kept[0].range = (struct range){ GIB(2), MIB(64) };
	snprintf(host.kept[0].name, sizeof(host.kept[0].name), "memory@80000000");
	host.nr_kept = 1;
	assert_int_equal(home_find(&host, &config, &home, &d), 0);
	assert_int_equal(home.base, GIB(1) + MIB(62));

	config.place = GIB(2) + MIB(8);
	assert_int_equal(home_find(&host, &config, &home, &d), -EBUSY);
	assert_non_null(strstr(d.text, "and memory@80000000 has 65536 KiB at 0x80000000"));
}

static void without_room_it_stays(void **state)
{
	(void)state;
	host.bundle = (struct range){ GIB(1), GIB(1) + MIB(63) };
	assert_int_equal(home_find(&host, &config, &home, &d), 0);
	assert_int_equal(home.size, 0);
}

static void the_config_has_the_last_word(void **state)
{
	(void)state;
	config.place = GIB(1) + MIB(2);
	assert_int_equal(home_find(&host, &config, &home, &d), 0);
	assert_int_equal(home.base, GIB(1) + MIB(2));
	assert_int_equal(home.size, MIB(2));
}

static void refused(int err, const char *what, const char *also)
{
	assert_int_equal(home_find(&host, &config, &home, &d), err);
	assert_int_equal(home.size, 0);
	assert_non_null(strstr(d.text, "/guest: place: "));
	if (!strstr(d.text, what) || !strstr(d.text, also))
		fail_msg("\"%s\" has no \"%s\" or \"%s\"", d.text, what, also);
}

static void a_place_that_will_not_do_is_refused(void **state)
{
	(void)state;
	config.place = GIB(3);
	refused(-EINVAL, "no memory of 2048 KiB at 0xc0000000", "leave it out");
	config.place = GIB(2) + MIB(62);		/* the bank's last page is missing */
	refused(-EINVAL, "no memory of 2048 KiB at 0x83e00000", "leave it out");

	config.place = GIB(2);
	host.bundle = (struct range){ GIB(2) + MIB(2) - 1, 2 };
	refused(-EBUSY, "the bundle has", "at 0x801fffff");
	host.bundle.size = 0;
	host.reserved[0].range = (struct range){ GIB(2), PAGE_SIZE };
	strcpy(host.reserved[0].name, "secmon@80000000");
	host.nr_reserved = 1;
	refused(-EBUSY, "secmon@80000000 has 4 KiB", "at 0x80000000");
	host.nr_reserved = 0;
	region = (struct region){ .name = "scratch", .pa = PA(GIB(2)), .size = PAGE_SIZE };
	config.nr_regions = 1;
	refused(-EBUSY, "scratch has 4 KiB", "at 0x80000000");
	config.nr_regions = 0;
	assert_int_equal(home_find(&host, &config, &home, &d), 0);
	assert_int_equal(home.base, GIB(2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_is_the_last_block_of_the_highest_bank, setup),
		cmocka_unit_test_setup(it_has_room_for_the_stacks_of_many_cpus, setup),
		cmocka_unit_test_setup(el2_can_map_the_largest, setup),
		cmocka_unit_test_setup(it_is_below_what_others_have, setup),
		cmocka_unit_test_setup(it_is_in_nothing_that_is_kept_from_the_guest, setup),
		cmocka_unit_test_setup(without_room_it_stays, setup),
		cmocka_unit_test_setup(the_config_has_the_last_word, setup),
		cmocka_unit_test_setup(a_place_that_will_not_do_is_refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
