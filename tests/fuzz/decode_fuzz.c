/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions, any bits: what is to be carried out fits where it is put (hyp/carry.c). */
#include <stdlib.h>
#include <string.h>

#include "hyp/decode.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decoded d;
	u32 insn;

	for (; size >= sizeof(insn); data += sizeof(insn), size -= sizeof(insn)) {
		memcpy(&insn, data, sizeof(insn));
		decode(insn, &d);
		CHECK(d.kind < DECODE_NR_KINDS && *decode_kind_name(d.kind));
		if (d.kind != DECODE_ACCESS)
			continue;
		CHECK(d.nr && d.nr <= DECODE_NR_MAX && d.nr * d.size <= DECODE_BYTES_MAX);
		CHECK(d.size && d.size <= (d.vector ? 16 : 8) && !(d.size & (d.size - 1)));
		CHECK(d.esize && d.esize <= d.size && !(d.esize & (d.esize - 1)));
		CHECK(d.rt < 32 && d.rt2 < 32 && d.rn <= DECODE_PC);
		CHECK(d.rm < 32 || d.rm == DECODE_NO_INDEX);
		(void)decoded_index(&d, insn);
	}
	return 0;
}
