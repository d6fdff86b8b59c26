/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sections.h"

/* In .data: it comes with the image's file, and head.S does not clear it. */
struct image_place image_place __attribute__((section(".data")));
