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
debug: $(O)/mavis.img $(call named,$(BUNDLE)) $(TREE) | $(DEPS)/.run $(DEPS)/.debug
	$(Q)tools/debug --elf $(O)/mavis.elf --console $(O)/debug.log --gdb '$(GDB)' --gdb-args '$(subst ','\'',$(GDB_ARGS))' \
		-- $(QEMU_RUN) -kernel $(O)/mavis.img -initrd '$(BUNDLE)' $(if $(APPEND),-append '$(APPEND)') $(QEMU_ARGS)

# How much of the code the unit tests run, by folder, and which lines they do not.
.PHONY: coverage
coverage: | $(DEPS)/.unit
	$(Q)find $(O)/coverage -name '*.gcda' -delete 2>/dev/null || true
	$(Q)$(MAKE) -s --no-print-directory O=$(O)/coverage SANITIZE='--coverage -O0' unit
	$(Q)tools/coverage $(O)/coverage/host --lines $(O)/coverage/lines.txt
	$(Q)echo 'Lines that no unit test runs: $(O)/coverage/lines.txt'

# For editors.
quoted = '$(subst ','\'',$(1))'

HOST_ONLY_SRC := $(wildcard tests/unit/*.c tests/fuzz/*.c tools/regiontool/*.c bench/*.c)

.PHONY: compile_commands.json
compile_commands.json: | $(DEPS)/.build
	$(Q)tools/compile-commands $@ \
		$(call quoted,$(CC) $(TARGET_CFLAGS)) $(BOOT_SRC) $(STAY_SRC) $(filter guests/%,$(LAB_SRC)) -- \
		$(call quoted,$(HOSTCC) $(HOST_CFLAGS)) $(HOST_ONLY_SRC) -- \
		$(call quoted,$(GUEST_CC) $(GUEST_CFLAGS)) $(wildcard guests/linux/*.c tests/guests/linux/*.c)
