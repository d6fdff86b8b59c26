# SPDX-License-Identifier: Apache-2.0
#
# For whoever works on Mavis itself: what is how large, who calls whom, a debugger, which lines the tests run.

# What stays when the guest runs, and what has left; fails where a limit is passed (tools/size has them).
.PHONY: size layers-check
size: $(O)/mavis.img
	$(Q)tools/size $(O)/mavis.map $(O)/mavis.img

# Calls go boot → hyp → drivers → mm → lib, never up.
layers-check: $(STAY_OBJ)
	$(Q)tools/layers --objects $(O)/target --ld $(LD) --nm $(CROSS_COMPILE)nm
