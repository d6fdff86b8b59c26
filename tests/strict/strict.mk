# SPDX-License-Identifier: Apache-2.0
# The strict machine (docs/strict.md): the plugin, the programs of its rules, and `make strict`.

STRICT_SRC := $(wildcard tests/strict/*.c)
STRICT_PROGRAMS := $(patsubst tests/strict/programs/%.S,%,$(wildcard tests/strict/programs/*.S))

# One for each version of QEMU's plugin API that a QEMU may ask for; tests/strict/strict.py picks.
STRICT_PLUGINS := $(patsubst %,$(O)/strict/strict-%.so,4 7)

$(O)/strict/strict-%.so: $(STRICT_SRC) $(wildcard tests/strict/*.h) tests/strict/strict.mk Makefile | $(DEPS)/.unit
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=gnu11 -O2 $(WARN) -fvisibility=hidden -DQEMU_PLUGIN_API=$* -shared -fPIC -o $@ $(STRICT_SRC)

$(O)/strict/%.good.bin $(O)/strict/%.bad.bin: tests/strict/programs/%.S tests/strict/programs/start.h Makefile | $(DEPS)/.build
	@mkdir -p $(@D)
	$(Q)for v in good bad; do \
		$(CC) $(TARGET_FLAGS) -march=armv8-a $$([ $$v = good ] || echo -DBAD) -c -o $(O)/strict/$*.$$v.o $< && \
		$(OBJCOPY) -O binary -j .text $(O)/strict/$*.$$v.o $(O)/strict/$*.$$v.bin || exit 1; done

STRICT_BIN := $(STRICT_PROGRAMS:%=$(O)/strict/%.good.bin)
.PHONY: strict-build strict
strict-build: $(STRICT_PLUGINS) $(STRICT_BIN)

# Runs Mavis with its guest, or with ELF=... whatever QEMU_ARGS start, and says what breaks a rule.
ELF := $(O)/mavis.elf
STRICT_OWN = $(filter $(O)/mavis.elf,$(ELF))
STRICT_RUN = $(if $(STRICT_OWN),$(wordlist 2,99,$(QEMU_RUN)) -kernel $(O)/mavis.img -initrd $(BUNDLE)) $(QEMU_ARGS)

strict: $(STRICT_PLUGINS) $(if $(STRICT_OWN),$(O)/mavis.img $(BUNDLE) $(TREE)) | $(DEPS)/.run
	$(Q)QEMU='$(QEMU)' tests/strict/qemu-strict --elf $(ELF) -- $(STRICT_RUN)
