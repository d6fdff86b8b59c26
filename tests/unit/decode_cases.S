/* SPDX-License-Identifier: Apache-2.0 */
	.arch	armv8.6-a+memtag+sve+ls64+lor
#define CASE(expected, ...) __VA_ARGS__ ;
#include "tests/unit/decode_cases.h"
