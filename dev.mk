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

# QEMU, stopped, its console in a file, and gdb with the symbols where the image lies; both end together.
GDB := gdb-multiarch
GDB_ARGS :=
.PHONY: debug
debug: $(O)/mavis.img $(BUNDLE) $(TREE) | $(DEPS)/.run $(DEPS)/.debug
	$(Q)tools/debug --elf $(O)/mavis.elf --console $(O)/debug.log --gdb '$(GDB)' --gdb-args '$(subst ','\'',$(GDB_ARGS))' \
		-- $(QEMU_RUN) -kernel $(O)/mavis.img -initrd '$(BUNDLE)' $(if $(APPEND),-append '$(APPEND)') $(QEMU_ARGS)
