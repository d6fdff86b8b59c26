# SPDX-License-Identifier: Apache-2.0
#
# make run     boot Debian under Mavis in QEMU        make test    every test
# make         build/mavis.img and build/mavis.elf    make check   host-side tests and static analysis
# make deps    install and fetch what is missing      make help    all targets and variables

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all
.SECONDARY:

# What the boot says: "0.1 (168a26a01234)".
VERSION := $(shell tools/version)

# V=1 shows the commands; otherwise only what goes wrong is seen.
Q := $(if $(V),,@)

# The toolchain: CROSS_COMPILE picks it, CC=clang replaces the compiler alone.
ifeq ($(origin CROSS_COMPILE), undefined)
  ifeq ($(shell uname -m), aarch64)
    CROSS_COMPILE :=
  else ifneq ($(shell command -v aarch64-none-elf-gcc),)
    CROSS_COMPILE := aarch64-none-elf-
  else
    CROSS_COMPILE := aarch64-linux-gnu-
  endif
endif
ifeq ($(origin CC), default)
  CC := $(CROSS_COMPILE)gcc
endif
LD := $(CROSS_COMPILE)ld
OBJCOPY := $(CROSS_COMPILE)objcopy
HOSTCC ?= cc
# How host programs link libfdt.
HOST_FDT := -lfdt

ifneq ($(findstring clang,$(notdir $(firstword $(CC)))),)
  TARGET_FLAGS := --target=aarch64-none-elf
endif

O := build
DEPS := build/deps

# Stamps: what each part of the work needs is on this machine. Called again when tools/deps has changed.
DEPS_RUN = DEPS='$(DEPS)' TARGET_CC='$(CC)' LIBFDT='$(LIBFDT)' QEMU='$(QEMU)' tools/deps

# All stamps of a goal, so that the first of them asks for everything at once.
NEEDS_all := build
NEEDS_unit := tools unit
NEEDS_bundle := tools run
NEEDS_native := run
NEEDS_run := build tools run
NEEDS_image := build tools run image
NEEDS_fit := $(NEEDS_image)
NEEDS_efi := build sign
NEEDS_lab-bundle := build tools run
NEEDS_lab := $(NEEDS_lab-bundle) lab
NEEDS_farm := $(NEEDS_lab-bundle) farm
NEEDS_explorer := tools
NEEDS_site := docs
NEEDS_install := build tools
NEEDS_install-site := build tools docs
NEEDS_dist := build tools docs
NEEDS_bench := build tools run unit
NEEDS_scale := $(NEEDS_bench)
NEEDS_bench-xen := $(NEEDS_bench) xen
NEEDS_debug := build tools run debug
NEEDS_strict := build tools run unit
NEEDS_test := build tools run unit clang test
NEEDS_test-all := $(NEEDS_test)
NEEDS_check := format build tools run unit clang check
NEEDS_bench-check := build tools run unit
NEEDS_build-check := build clang check
NEEDS_config-check := tools check
NEEDS_tools-check := build tools unit check

$(DEPS)/.%: tools/deps
	@$(DEPS_RUN) $(sort $* $(foreach g,$(or $(MAKECMDGOALS),all),$(NEEDS_$g)) $(LINUX:%=backports))

.PRECIOUS: $(DEPS)/.%

# libfdt: a source tree (LIBFDT=<dir>), or Debian's static library for arm64, which `make deps` fetches.
ifdef LIBFDT
  LIBFDT_INC := $(LIBFDT)
  LIBFDT_SRC := $(addprefix $(LIBFDT)/fdt,.c _ro.c _rw.c _wip.c _check.c _addresses.c)
  LIBFDT_LIB := $(O)/target/libfdt.a
else
  LIBFDT_INC := $(DEPS)/arm64/usr/include
  LIBFDT_LIB := $(DEPS)/arm64/usr/lib/aarch64-linux-gnu/libfdt.a
endif

WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla
CFLAGS := -std=gnu11 -Os -g $(WARN) -I. -DMAVIS_VERSION='"$(VERSION)"' \
	-ffile-prefix-map="$$PWD"=.
TARGET_CFLAGS = $(TARGET_FLAGS) $(CFLAGS) -ffreestanding -nostdinc -isystem lib/libc \
	-isystem $(shell $(CC) $(TARGET_FLAGS) -print-file-name=include) -isystem $(LIBFDT_INC) \
	-march=armv8-a -mcmodel=small -mgeneral-regs-only -mstrict-align -mno-outline-atomics \
	-mbranch-protection=standard -mfix-cortex-a53-835769 -fpie -fvisibility=hidden -fno-common \
	-fno-omit-frame-pointer -fno-unwind-tables -fno-asynchronous-unwind-tables -fstack-protector \
	-fno-delete-null-pointer-checks -ffunction-sections -fdata-sections
HIDDEN := -include lib/hidden.h

# Made when the command line of the compiler changes, so that everything is compiled again.
$(O)/target/.flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(LIBFDT)' | cmp -s - $@ || echo '$(CC) $(LIBFDT)' >$@

# Each commit has another version, and only these files say it.
$(addprefix $(O)/target/boot/,report.c.o report_json.c.o): $(O)/target/.version
$(O)/target/.version: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@

# What runs once and leaves, and what stays.
BOOT_SRC := $(sort $(wildcard boot/*.[cS] boot/*/*.[cS]))
STAY_SRC := $(sort $(wildcard $(addsuffix /*.[cS],hyp mm drivers lib)))
BOOT_OBJ := $(patsubst %,$(O)/target/%.o,$(BOOT_SRC))
STAY_OBJ := $(patsubst %,$(O)/target/%.o,$(STAY_SRC))

.PHONY: all FORCE
all: $(O)/mavis.img
FORCE:

$(O)/mavis.img: $(O)/mavis.elf
	$(Q)$(OBJCOPY) -O binary $< $@

# Both errata fixes: libfdt may be a library that was built without them. That of 843419 by ADR, which reaches far enough in
# an image of this size: a stub would take a page.
LDFLAGS := -pie --no-dynamic-linker -z text -z noexecstack --gc-sections --build-id=sha1 --no-warn-rwx-segments \
	--fix-cortex-a53-835769 --fix-cortex-a53-843419=adr -T linker.ld

# What leaves, boot/ and libfdt, has names of sections that tell it from the rest (linker.ld); so has each part that leaves
# unless the config asks for it (lib/sections.h).
LEAVES = $(OBJCOPY) --prefix-alloc-sections=.boot
PARTS := debug control
PART_debug := $(patsubst %,hyp/%.c,debug debug_guest debug_peek gdb) drivers/uart_read.c
PART_control := $(patsubst %,hyp/%.c,carry control control_page decode fixup later lens set watch watch_trap)
PART_OF = $(strip $(foreach p,$(PARTS),$(if $(filter $(1),$(PART_$p)),$p)))

$(O)/target/boot-libfdt.a: $(LIBFDT_LIB)
	$(Q)$(LEAVES) $< $@

# head.S applies relocations of one kind.
$(O)/mavis.elf: $(STAY_OBJ) $(BOOT_OBJ) $(O)/target/boot-libfdt.a linker.ld
	$(Q)$(LD) $(LDFLAGS) -Map=$(O)/mavis.map -o $@ $(filter-out linker.ld,$^)
	$(Q)! $(CROSS_COMPILE)readelf -rW $@ | grep R_AARCH64 | grep -v R_AARCH64_RELATIVE

$(BOOT_OBJ) $(STAY_OBJ): $(O)/target/%.o: % Makefile $(O)/target/.flags | $(DEPS)/.build
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_CFLAGS) $(if $(filter %.S,$<),-D__ASSEMBLY__,$(HIDDEN)) -MMD -MP -c -o $@ $<
	$(Q)$(if $(filter boot/%,$<),$(LEAVES) $@)
	$(Q)$(if $(call PART_OF,$<),$(OBJCOPY) --prefix-alloc-sections=.part.$(call PART_OF,$<) $@)

ifdef LIBFDT
$(LIBFDT_LIB): $(LIBFDT_SRC:$(LIBFDT)/%.c=$(O)/target/libfdt/%.o)
	$(Q)rm -f $@
	$(Q)$(CROSS_COMPILE)ar rcsD $@ $^

$(O)/target/libfdt/%.o: $(LIBFDT)/%.c $(O)/target/.flags | $(DEPS)/.build
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_CFLAGS) -w -c -o $@ $<
else
$(LIBFDT_LIB): | $(DEPS)/.build ;
endif

# What of boot/machine touches the machine itself, beside its tree.
MACHINE_ONLY := $(addprefix boot/machine/,cpu_start.c pci.c pci_find.c smmu_hw.c spin_table.c uart_probe.c)
# What of it reads the tree alone.
MACHINE_SRC := $(filter-out $(MACHINE_ONLY),$(sort $(wildcard boot/machine/*.c)))

# Of lib/ what is C and no C library's.
LIB_SRC := $(addprefix lib/,format.c range.c sort.c)

# Everything that does not touch the machine also compiles on the host, for the tests and the host tools.
HOST_SRC := $(filter-out mm/el2.c mm/tlb.c mm/phys.c,$(wildcard mm/*.c)) $(LIB_SRC) drivers/pci.c \
	boot/cpu_name.c boot/json.c boot/table.c drivers/smmu.c \
	$(filter-out %/spin_table.c %/uart_probe.c,$(wildcard boot/machine/*.c boot/config/*.c)) \
	boot/efi/tree.c $(addprefix guests/linux/ctl/,at.c json.c) \
	$(filter-out $(addprefix boot/guest/,crc32.c its.c load.c selfcheck.c),$(wildcard boot/guest/*.c)) \
	$(patsubst %,hyp/%.c,bar calls caps control control_page cpu debug_peek decode dma ecam el2_regs errata fixup gdb gic \
		guest harden idreg its_command its_memory lens mmio psci pstate set smccc watch work)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_CFLAGS := $(CFLAGS) -fno-omit-frame-pointer $(SANITIZE) -DMAVIS_BUILD='"$(O)"'
HOST_OBJ := $(patsubst %,$(O)/host/%.o,$(HOST_SRC))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(O)/host/%,$(sort $(wildcard tests/unit/*_test.c)))
UNIT_HELPERS := $(patsubst %,$(O)/host/%.o,$(filter-out %_test.c,$(wildcard tests/unit/*.c)))

$(O)/host/%.c.o: %.c Makefile | $(DEPS)/.unit
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/host/%_test: tests/unit/%_test.c $(UNIT_HELPERS) $(HOST_OBJ) | $(DEPS)/.unit
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -MMD -MP -o $@ $< $(filter %.o,$^) -lcmocka $(HOST_FDT)

$(O)/host/%.dtb: tests/data/%.dts
	@mkdir -p $(@D)
	$(Q)dtc -q -I dts -O dtb -o $@ $<

# The assembler's word on the instructions that a test decodes.
$(O)/host/decode_cases.bin: tests/unit/decode_cases.S tests/unit/decode_cases.h Makefile | $(DEPS)/.build
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_FLAGS) -I. -c -o $@.o $<
	$(Q)$(OBJCOPY) -O binary -j .text $@.o $@

$(O)/host/decode_test: | $(O)/host/decode_cases.bin
$(UNIT_TESTS): | $(patsubst tests/data/%.dts,$(O)/host/%.dtb,$(wildcard tests/data/*.dts))

# Host tools that share code with the hypervisor: no sanitizers, so that they start anywhere.
TOOL_SRC := $(addprefix mm/,attr.c combine.c region.c resolve.c alias.c) $(LIB_SRC) boot/json.c boot/table.c \
	$(MACHINE_SRC) $(addprefix boot/guest/,calls.c dma_list.c doubt.c) boot/guest/memory_map.c \
	$(filter-out %/bundle.c %/image.c %/filetype.c,$(wildcard boot/config/*.c))

$(O)/tools/regions: $(wildcard tools/regiontool/*.c) $(TOOL_SRC) \
		$(wildcard $(addsuffix /*.h,tools/regiontool mm drivers hyp lib boot boot/*)) Makefile | $(DEPS)/.tools
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CFLAGS) -o $@ $(filter %.c,$^) $(HOST_FDT)

$(O)/host/regions_tool_test: $(O)/tools/regions

JUNIT := $(O)/junit

.PHONY: unit
# Results for programs go to junit/; cmocka does not write over what is there. A test that fails says it once more, for people.
unit: $(UNIT_TESTS)
	@mkdir -p $(JUNIT)
	@for t in $^; do n=$${t##*/} x=$(JUNIT)/$${t##*/}.xml; rm -f "$$x"; \
		CMOCKA_MESSAGE_OUTPUT=xml CMOCKA_XML_FILE="$$x" $$t >$$t.log 2>&1 || { cat $$t.log; $$t; exit 1; }; \
		sed -i "s/<testsuite name=\"[^\"]*\"/<testsuite name=\"$$n\"/" "$$x" || exit 1; done

# --- The guest ------------------------------------------------------------------------------------

# Debian's compiler has this name on every machine. Guest programs are static: the ramdisk has no libc.
GUEST_CC := aarch64-linux-gnu-gcc
# Those of the tests are in every ramdisk: what is tested is what runs.
GUEST_BIN := $(patsubst %.c,$(O)/guest/bin/%,$(notdir $(sort $(wildcard guests/linux/*.c tests/guests/linux/*.c))))

# Debian's own kernel, or with LINUX=backports the newer one.
LINUX :=
$(if $(filter-out backports,$(LINUX)),$(error LINUX=$(LINUX): no such kernel; there is backports, or name your own by KERNEL=))

# The machine, by its name in tools/boards.py.
BOARD := virt
BOARD_NAME := $(BOARD)
override BOARD := $(patsubst rpi4,raspi4b,$(BOARD))
BOARDS := $(shell grep -o 'Board."[a-z0-9]*' tools/boards.py | cut -d'"' -f2)
$(if $(filter $(BOARD),$(BOARDS)),,$(error BOARD=$(BOARD_NAME): no such board; there are $(BOARDS)))

# Other boards are as QEMU has them, with the tree of the kernel's package.
override TREE := $(filter-out %/virt.dtb,$(O)/boards/$(BOARD).dtb)

# What goes into the bundle, and the bundle: others in their place may be named on the command line. Those are only read; what
# is made here has names of its own.
override MADE_KERNEL := $(DEPS)$(LINUX:%=/%)/Image
override MADE_RAMDISK := $(O)/guest/ramdisk$(LINUX:%=-%).cpio.gz
override MADE_BUNDLE := $(O)/guest$(filter-out -virt,-$(BOARD)).cpio
KERNEL := $(MADE_KERNEL)
RAMDISK := $(MADE_RAMDISK)
CONFIG := configs/$(BOARD).dts
BUNDLE := $(MADE_BUNDLE)
# The tree of the machine on which the config has to be right.
MACHINE := $(or $(TREE),$(O)/virt.dtb)

# $(call named,NAME): a name with spaces, as make takes it.
empty :=
named = $(subst $(empty) $(empty),\ ,$(1))
# make's own words for a file that is not there would not say who asked for it.
$(foreach v,KERNEL RAMDISK CONFIG BUNDLE MACHINE,$(if $(filter command,$(word 1,$(origin $v))),$(if $(filter $(O)/%,$($v)),,\
	$(if $(wildcard $(call named,$($v))),,$(error $v=$($v): no such file)))))

GUEST_CFLAGS := -std=gnu11 -O2 $(WARN) -I.
COMPILE_GUEST = $(GUEST_CC) $(GUEST_CFLAGS) -s -static -MMD -MP -MF $(O)/guest/$*.d -Wl,--build-id=none -o $@ $<

$(O)/guest/bin/%: guests/linux/%.c Makefile | $(DEPS)/.run
	@mkdir -p $(@D)
	$(Q)$(COMPILE_GUEST)

$(O)/guest/bin/%: tests/guests/linux/%.c Makefile | $(DEPS)/.run
	@mkdir -p $(@D)
	$(Q)$(COMPILE_GUEST)

# It works out what two stages make together, as Mavis does.
MAVISCTL_SRC := guests/linux/mavisctl.c $(wildcard guests/linux/ctl/*.c) mm/attr.c mm/combine.c

$(O)/guest/bin/mavisctl: $(MAVISCTL_SRC) $(wildcard guests/linux/ctl/*.h mm/*.h lib/*.h) hyp/control_abi.h Makefile \
		| $(DEPS)/.run
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -s -static -Wl,--build-id=none -o $@ $(filter %.c,$^)

RAMDISK_IN := guests/linux/init guests/linux/modules tools/ramdisk tools/newc.py $(GUEST_BIN)
# $(call MAKE_RAMDISK,directory of the kernel)
MAKE_RAMDISK = tools/ramdisk --root $(DEPS)/arm64 --root $(DEPS)/backports/arm64 --init guests/linux/init \
	--release "$$(cat $(1)/kernel-release)" --modules guests/linux/modules -o $@ $(GUEST_BIN)

$(O)/guest/ramdisk.cpio.gz: $(RAMDISK_IN) | $(DEPS)/.run
	$(Q)$(call MAKE_RAMDISK,$(DEPS))

$(O)/guest/ramdisk-backports.cpio.gz: $(RAMDISK_IN) | $(DEPS)/.run $(DEPS)/.backports
	$(Q)$(call MAKE_RAMDISK,$(DEPS)/backports)

$(O)/.bundle: FORCE
	@mkdir -p $(@D)
	@echo '$(KERNEL) $(RAMDISK) $(CONFIG) $(MACHINE)' | cmp -s - $@ || echo '$(KERNEL) $(RAMDISK) $(CONFIG) $(MACHINE)' >$@

$(DEPS)/Image: | $(DEPS)/.run ;
$(DEPS)/backports/Image: | $(DEPS)/.backports ;

# A bundle says which version made it.
BUNDLE_TOOL := tools/bundle tools/newc.py tools/elf.py tools/checked.py $(O)/tools/regions $(O)/target/.version
MAKE_BUNDLE = MAVIS_BUILD='$(O)' tools/bundle -o $@

$(MADE_BUNDLE): $(foreach v,KERNEL RAMDISK CONFIG MACHINE,$(call named,$($v))) $(BUNDLE_TOOL) $(O)/.bundle | $(DEPS)/.run
	$(Q)$(MAKE_BUNDLE) --kernel '$(KERNEL)' --ramdisk '$(RAMDISK)' --config '$(CONFIG)' --machine '$(MACHINE)' \
		--memory "$$(tools/board memory $(BOARD))"

.PHONY: bundle
bundle: $(call named,$(BUNDLE))

# --- Running --------------------------------------------------------------------------------------

QEMU := qemu-system-aarch64
CPU := max
SMP := 4
MEM := 1G
GIC := 3
# QEMU refuses tag memory beside a CPU that has no tags.
MTE := $(if $(filter max cortex-a710 neoverse-n2,$(CPU)),on,off)
QEMU_virt = $(QEMU) -nodefaults -display none -serial mon:stdio -M virt,virtualization=on,gic-version=$(GIC),mte=$(MTE) \
	-cpu $(CPU) -smp $(SMP) -m $(MEM) $(QEMU_GPU)
# A PCI function with 64 MiB of memory behind BAR 2: it stands for a GPU (configs/virt.dts).
QEMU_GPU = -object memory-backend-ram,id=gpu,size=64M,share=on -device ivshmem-plain,memdev=gpu
QEMU_RUN = $(if $(QEMU_$(BOARD)),$(QEMU_$(BOARD)),$(QEMU) $$(tools/board qemu $(BOARD) --dtb $(TREE)))

$(O)/boards/%.dtb: tools/board tools/boards.py | $(DEPS)/.run
	@mkdir -p $(@D)
	$(Q)tools/board tree $* --deps $(DEPS) --qemu $(QEMU) -o $@

# What QEMU makes for just this virt.
$(O)/virt.dtb: $(O)/.virt | $(DEPS)/.run
	$(Q)$(QEMU_virt) -M dumpdtb=$@ >$@.log 2>&1 || { cat $@.log; exit 1; }

$(O)/.virt: FORCE
	@mkdir -p $(@D)
	@echo '$(QEMU_virt)' | cmp -s - $@ || echo '$(QEMU_virt)' >$@

.PHONY: run native
run: $(O)/mavis.img $(call named,$(BUNDLE)) $(TREE) | $(DEPS)/.run
	$(Q)tools/run $(QEMU_RUN) -kernel $(O)/mavis.img -initrd '$(BUNDLE)' $(if $(APPEND),-append '$(APPEND)') $(QEMU_ARGS)

# The same kernel and ramdisk on the same machine, without Mavis.
native: $(call named,$(KERNEL)) $(call named,$(RAMDISK)) $(TREE) | $(DEPS)/.run
	$(Q)tools/run $(QEMU_RUN) -kernel '$(KERNEL)' -initrd '$(RAMDISK)' \
		-append "console=$$(tools/board console $(BOARD)) $(APPEND)" $(QEMU_ARGS)

# --- Cards and images -----------------------------------------------------------------------------

# What is on the card besides: LOADER picks one of U-Boot's ways, FIRMWARE names the vendor's files.
LOADER :=
FIRMWARE :=
# A private key, NAME.key with NAME.crt beside it; and U-Boot's own tree, which is to want it.
KEY :=
TRUST :=
CARD = MAVIS_BUILD='$(O)' tools/card $@ $(BOARD) --image $(O)/mavis.img --bundle '$(BUNDLE)' --deps $(DEPS) --append '$(APPEND)'
CARD_IN := $(O)/mavis.img $(call named,$(BUNDLE)) $(O)/tools/regions

SIGN = $(if $(KEY),--key '$(KEY)') $(if $(TRUST),--trust '$(TRUST)')

.PHONY: image fit
image: $(CARD_IN) | $(DEPS)/.run $(DEPS)/.image $(if $(filter grub,$(LOADER)),$(DEPS)/.grub)
	$(Q)$(CARD) $(LOADER:%=--loader %) $(if $(FIRMWARE),--firmware $(FIRMWARE)) $(SIGN) -o $(O)/$(BOARD_NAME).img

fit: $(CARD_IN) | $(DEPS)/.run $(DEPS)/.image
	$(Q)$(CARD) $(SIGN) -o $(O)/$(BOARD_NAME).itb

# The same image for UEFI's Secure Boot.
.PHONY: efi
efi: $(O)/mavis.img | $(DEPS)/.sign
	$(Q)[ -n '$(KEY)' ] || { echo 'make efi: sign with which key? KEY=NAME.key, with NAME.crt beside it' >&2; exit 1; }
	$(Q)sbsign --key '$(KEY)' --cert '$(KEY:.key=.crt)' --output $(O)/mavis.efi $< >$(O)/mavis.efi.log 2>&1 || \
		{ cat $(O)/mavis.efi.log >&2; exit 1; }
	$(Q)sbverify --cert '$(KEY:.key=.crt)' $(O)/mavis.efi >$(O)/mavis.efi.log 2>&1 || \
		{ cat $(O)/mavis.efi.log >&2; exit 1; }

# --- The lab --------------------------------------------------------------------------------------

# A program for EL1 that is linked where its bundle loads it: in the guest's RAM, on QEMU's virt by default.
LAB_BASE := 0x44000000
LAB_CONFIGS := lab lab-no-fwb
LAB_RUNS := max=$(O)/lab/lab.cpio max=$(O)/lab/lab-no-fwb.cpio cortex-a72=$(O)/lab/lab.cpio
LAB_SRC := $(sort $(wildcard guests/lab/*.[cS])) $(LIB_SRC) lib/string.c lib/mem.S lib/cache.S mm/attr.c \
	hyp/errata.c drivers/console.c drivers/io.c drivers/io.S drivers/uart.c drivers/uart_steps.c $(MACHINE_SRC)
LAB_OBJ := $(patsubst %,$(O)/lab/%.o,$(LAB_SRC))

# The hostile guest of the tests stands on parts of the lab.
HOSTILE_SRC := $(sort $(wildcard tests/guests/hostile/*.[cS])) $(filter-out guests/lab/%,$(LAB_SRC)) \
	$(addprefix guests/lab/,head.S access.S calls.c end.c mmu.c other.c)
HOSTILE_OBJ := $(patsubst %,$(O)/lab/%.o,$(HOSTILE_SRC))

$(sort $(LAB_OBJ) $(HOSTILE_OBJ)): $(O)/lab/%.o: % Makefile $(O)/target/.flags | $(DEPS)/.build
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_CFLAGS) $(if $(filter %.S,$<),-D__ASSEMBLY__) -MMD -MP -c -o $@ $<

$(O)/lab/lab.elf: $(LAB_OBJ) $(LIBFDT_LIB) guests/lab/lab.ld $(O)/lab/.base
	$(Q)$(LD) -static -z noexecstack --gc-sections --build-id=none --no-warn-rwx-segments --fix-cortex-a53-843419 \
		--defsym LAB_BASE=$(LAB_BASE) -T guests/lab/lab.ld -o $@ $(LAB_OBJ) $(LIBFDT_LIB)

# Linked for the address in its name.
$(O)/test/hostile-%.elf: $(HOSTILE_OBJ) $(LIBFDT_LIB) guests/lab/lab.ld
	@mkdir -p $(@D)
	$(Q)$(LD) -static -z noexecstack --gc-sections --build-id=none --no-warn-rwx-segments --fix-cortex-a53-843419 \
		--defsym LAB_BASE=0x$* -T guests/lab/lab.ld -o $@ $(HOSTILE_OBJ) $(LIBFDT_LIB)

$(O)/test/hostile-%.bin: $(O)/test/hostile-%.elf
	$(Q)$(OBJCOPY) -O binary $< $@

$(O)/lab/.base: FORCE
	@mkdir -p $(@D)
	@echo '$(LAB_BASE)' | cmp -s - $@ || echo '$(LAB_BASE)' >$@

$(O)/lab/lab.bin: $(O)/lab/lab.elf
	$(Q)$(OBJCOPY) -O binary $< $@

$(O)/lab/%.cpio: $(O)/lab/lab.bin configs/%.dts configs/lab.dts $(BUNDLE_TOOL) | $(DEPS)/.run
	$(Q)$(MAKE_BUNDLE) --kernel $< --load $(LAB_BASE) --entry $(LAB_BASE) --config configs/$*.dts

.PHONY: lab lab-bundle
lab-bundle: $(LAB_CONFIGS:%=$(O)/lab/%.cpio)

# On QEMU's virt the runs above; BOARD names another of its machines that has memory where the bundle wants it.
override LAB_OUT := $(O)/lab$(filter-out -virt,-$(BOARD))
LAB_ON = $(if $(TREE),--board $(BOARD)=$(O)/lab/lab.cpio --tree $(TREE),$(LAB_RUNS:%=--run %))
lab: $(O)/mavis.img lab-bundle $(TREE) | $(DEPS)/.run $(DEPS)/.lab
	$(Q)tools/lab -o $(LAB_OUT).json --image $(O)/mavis.img --qemu $(QEMU) $(LAB_ON)
	$(Q)tools/report $(LAB_OUT).json -o $(LAB_OUT).html --card $(LAB_OUT)-card.html --png $(LAB_OUT).png

# The same on the boards of a labgrid environment, of which TARGETS picks some.
FARM := tools/farm/qemu.yaml
TARGETS :=
.PHONY: farm
farm: $(O)/mavis.img lab-bundle | $(DEPS)/.run $(DEPS)/.farm
	$(Q)LG_BUILD='$(abspath $(O))' LG_QEMU="$$(command -v $(QEMU))" \
		tools/farm/collect --env '$(FARM)' -o $(O)/farm $(TARGETS)
	$(Q)tools/report --matrix $(O)/farm -o $(O)/farm/matrix.html

# One page to try types and encodings on, from the tables that the tests use.
.PHONY: explorer
explorer: $(O)/explorer.html
$(O)/explorer.html: tools/explorer $(wildcard tools/explorerpage/* tools/labreport/*.py) $(wildcard tests/data/*.csv) \
		tests/data/virt-gicv3.dts $(O)/tools/regions $(O)/target/.version
	$(Q)tools/explorer --regions $(O)/tools/regions -o $@

# docs/ as a site with a search.
.PHONY: site
site: | $(DEPS)/.docs
	$(Q)tools/site -o $(O)/site

# --- Tests ----------------------------------------------------------------------------------------

# As many test files at a time as there are CPUs; each machine has 1 GiB or two.
TEST_JOBS := $(shell n=$$(nproc); echo $$((n < 4 ? n : 4)))
# libfdt is made with SWIG, of which newer Pythons complain.
PYTEST = MAVIS_BUILD='$(O)' /usr/bin/python3 -B -W "ignore:builtin type" -m pytest -q --no-header -c tests/pytest.ini \
	-n $(TEST_JOBS) --dist loadfile --junitxml='$(JUNIT)/$@.xml'

# Bare-metal guests.
TEST_GUESTS := $(patsubst tests/guests/%.S,$(O)/test/%.bin,$(filter-out %/bss.S,$(wildcard tests/guests/*.S))) \
	$(addprefix $(O)/test/hostile-,44000000.bin 10000000.bin) $(O)/test/bss.elf

$(O)/test/%.bin: tests/guests/%.S tests/guests/print.inc hyp/control_abi.h Makefile | $(DEPS)/.build
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_FLAGS) -c -o $@.o $<
	$(Q)$(OBJCOPY) -O binary -j .text $@.o $@

# An ELF program, linked for where QEMU puts the bundle.
$(O)/test/bss.elf: tests/guests/bss.S tests/guests/print.inc Makefile | $(DEPS)/.build
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_FLAGS) -c -o $@.o $<
	$(Q)$(LD) -z noexecstack --build-id=none --no-warn-rwx-segments -Ttext=0x48000000 -o $@ $@.o

# A firmware at EL3, for secure=on: text in flash from 0 on, and secure RAM.
$(O)/test/el3.bin: tests/firmware/entry.S tests/firmware/el3.c Makefile | $(DEPS)/.build
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_FLAGS) -c -o $@.entry.o tests/firmware/entry.S
	$(Q)$(CC) $(TARGET_FLAGS) -std=gnu11 -Os $(WARN) -ffreestanding -fno-pic -mgeneral-regs-only -mstrict-align \
		-mno-outline-atomics -fno-stack-protector -fno-jump-tables -c -o $@.o tests/firmware/el3.c
	$(Q)$(LD) -z noexecstack --build-id=none --no-warn-rwx-segments -Ttext=0 -Tbss=0x0e000000 -o $@.elf $@.entry.o $@.o
	$(Q)$(OBJCOPY) -O binary -R .bss $@.elf $@

# Most tests' guest: the same kernel and ramdisk with a config that asks for nothing.
$(O)/test/guest.cpio: $(MADE_RAMDISK) tests/system/plain.dts $(BUNDLE_TOOL) | $(DEPS)/.run
	@mkdir -p $(@D)
	$(Q)$(MAKE_BUNDLE) --kernel $(MADE_KERNEL) --ramdisk $(MADE_RAMDISK) --config tests/system/plain.dts

.PHONY: test test-all
# Debian 13's own kernel is as new as what Debian 12's backports have.
NEWER := $(if $(findstring bookworm,$(shell cat /etc/os-release)),$(O)/guest/ramdisk-backports.cpio.gz)
TEST_IN := $(O)/mavis.img $(O)/test/guest.cpio $(O)/tools/regions $(addprefix $(O)/bench/,scale elcount.so) $(TEST_GUESTS) \
	$(O)/test/el3.bin $(NEWER) $(O)/check/clang/mavis.img

# STRICT=0: the system tests' machines are as forgiving as QEMU, and faster.
STRICT := 1
TESTS := tests/tools tests/strict tests/system
test test-all: $(TEST_IN) lab-bundle strict-build unit | $(DEPS)/.test
	$(Q)QEMU='$(QEMU)' STRICT='$(STRICT)' $(PYTEST) $(if $(filter test-all,$@),-m '') $(PYTEST_ARGS) $(TESTS)

include tests/strict/strict.mk

# --- Measurements -----------------------------------------------------------------------------------------------------

$(O)/bench/elcount.so: bench/elcount.c Makefile | $(DEPS)/.unit
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=gnu11 -O2 $(WARN) -shared -fPIC -o $@ $<

$(O)/bench/guest.bin: bench/guest.S Makefile | $(DEPS)/.build
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_FLAGS) -c -o $@.o $<
	$(Q)$(OBJCOPY) -O binary -j .text $@.o $@

$(O)/bench/operations.cpio: $(O)/bench/guest.bin bench/operations.dts tests/system/plain.dts $(BUNDLE_TOOL) | $(DEPS)/.run
	$(Q)$(MAKE_BUNDLE) --kernel $< --load 0x44000000 --entry 0x44000000 --config bench/operations.dts

# The ramdisk of `make run`, but for its /init and the programs of guests/linux.
$(O)/bench/init: bench/init.S Makefile | $(DEPS)/.run
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) -nostdlib -static -s -Wl,--build-id=none -o $@ $<

$(O)/bench/ramdisk.cpio.gz: $(O)/bench/init guests/linux/modules tools/ramdisk tools/newc.py | $(DEPS)/.run
	$(Q)tools/ramdisk --root $(DEPS)/arm64 --release "$$(cat $(DEPS)/kernel-release)" --init $< \
		--modules guests/linux/modules -o $@

$(O)/bench/boot.cpio: $(O)/bench/ramdisk.cpio.gz $(call named,$(KERNEL)) tests/system/plain.dts $(BUNDLE_TOOL) $(O)/.bundle \
		| $(DEPS)/.run
	$(Q)$(MAKE_BUNDLE) --kernel '$(KERNEL)' --ramdisk $< --config tests/system/plain.dts

# The same with the workloads in the place of /init.
$(O)/bench/workloads: bench/workloads.c Makefile | $(DEPS)/.run
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -s -static -Wl,--build-id=none -o $@ $<

$(O)/bench/workloads.cpio.gz: $(O)/bench/workloads guests/linux/modules tools/ramdisk tools/newc.py | $(DEPS)/.run
	$(Q)tools/ramdisk --root $(DEPS)/arm64 --release "$$(cat $(DEPS)/kernel-release)" --init $< \
		--modules guests/linux/modules -o $@

$(O)/bench/workloads.cpio: $(O)/bench/workloads.cpio.gz $(call named,$(KERNEL)) tests/system/plain.dts $(BUNDLE_TOOL) \
		$(O)/.bundle | $(DEPS)/.run
	$(Q)$(MAKE_BUNDLE) --kernel '$(KERNEL)' --ramdisk $< --config tests/system/plain.dts

# The same with requests to disks.
$(O)/bench/requests.cpio.gz: bench/requests $(O)/guest/bin/iocost guests/linux/modules tools/ramdisk tools/newc.py \
		| $(DEPS)/.run
	$(Q)tools/ramdisk --root $(DEPS)/arm64 --release "$$(cat $(DEPS)/kernel-release)" --init $< \
		--modules guests/linux/modules -o $@ $(O)/guest/bin/iocost

$(O)/bench/requests.cpio: $(O)/bench/requests.cpio.gz $(call named,$(KERNEL)) tests/system/plain.dts $(BUNDLE_TOOL) \
		$(O)/.bundle | $(DEPS)/.run
	$(Q)$(MAKE_BUNDLE) --kernel '$(KERNEL)' --ramdisk $< --config tests/system/plain.dts

# How boot and memory grow, counted on the host: all of it from the two trees to stage 2.
SCALE_SRC := $(TOOL_SRC) $(addprefix mm/,pgtable.c pool.c split.c stage2.c walk.c) hyp/guest.c \
	$(addprefix boot/guest/,cpus.c map.c)

# Longer tables than the image has room for.
$(O)/bench/counted/%.o: %.c Makefile $(wildcard $(addsuffix /*.h,mm drivers hyp lib boot boot/*)) | $(DEPS)/.unit
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CFLAGS) -DREGION_MAX=20480 -ffunction-sections -fsanitize-coverage=trace-pc -c -o $@ $<

$(O)/bench/scale: bench/scale.c $(SCALE_SRC:%.c=$(O)/bench/counted/%.o)
	$(Q)$(HOSTCC) $(CFLAGS) -DREGION_MAX=20480 -Wl,--gc-sections -o $@ $^ $(HOST_FDT)

.PHONY: scale
scale: $(O)/bench/scale $(O)/mavis.img $(O)/bench/elcount.so $(O)/bench/guest.bin $(O)/tools/regions | $(DEPS)/.run
	$(Q)MAVIS_BUILD='$(O)' bench/scale-run --qemu $(QEMU) --plugin $(O)/bench/elcount.so --mavis $(O)/mavis.img \
		--guest $(O)/bench/guest.bin --host $< --json $(O)/bench/scale.json $(SCALE_ARGS)

# Of the last `make scale`.
.PHONY: scale-plot
scale-plot: | $(DEPS)/.lab
	$(Q)bench/scale-plot $(O)/bench/scale.json docs/scale.svg

.PHONY: bench bench-check
BENCH_OPERATIONS := $(O)/mavis.img $(addprefix $(O)/bench/,elcount.so guest.bin operations.cpio)
BENCH_IN := $(BENCH_OPERATIONS) $(addprefix $(O)/bench/,ramdisk.cpio.gz boot.cpio workloads.cpio.gz workloads.cpio \
	requests.cpio.gz requests.cpio)
BENCH := bench/bench --qemu $(QEMU) --plugin $(O)/bench/elcount.so --mavis $(O)/mavis.img --elf $(O)/mavis.elf \
	--map $(O)/mavis.map --kernel '$(KERNEL)' --ramdisk $(O)/bench/ramdisk.cpio.gz --bundle $(O)/bench/boot.cpio \
	--guest $(O)/bench/guest.bin --operations $(O)/bench/operations.cpio --workloads $(O)/bench/workloads.cpio.gz \
	--workload-bundle $(O)/bench/workloads.cpio --requests $(O)/bench/requests.cpio.gz \
	--request-bundle $(O)/bench/requests.cpio --expected bench/expected.json

bench: $(BENCH_IN)
	$(Q)$(BENCH) --json $(O)/bench/bench.json $(BENCH_ARGS)

# Some tests make it themselves, and several at a time.
test test-all: $(BENCH_IN)

# Of the last `make bench`.
.PHONY: bench-plot
bench-plot: | $(DEPS)/.lab
	$(Q)bench/plot $(O)/bench/bench.json docs/performance.svg

# What single operations cost, against bench/expected.json.
bench-check: $(BENCH_OPERATIONS)
	$(Q)$(BENCH) --only-operations --quick

# The same operations under Debian's Xen, for its dom0. XEN= another one: an arm64 Image.
XEN = $(firstword $(wildcard $(DEPS)/arm64/boot/xen-*-arm64))

$(O)/bench/guest-xen.bin: bench/guest.S Makefile | $(DEPS)/.build
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_FLAGS) -DXEN -c -o $@.o $<
	$(Q)$(OBJCOPY) -O binary -j .text $@.o $@

.PHONY: bench-xen
bench-xen: $(O)/mavis.img $(O)/bench/elcount.so $(O)/bench/guest-xen.bin $(O)/tools/regions | $(DEPS)/.run $(if $(filter \
		command,$(word 1,$(origin XEN))),,$(DEPS)/.xen)
	$(Q)MAVIS_BUILD='$(O)' bench/xen --qemu $(QEMU) --plugin $(O)/bench/elcount.so --mavis $(O)/mavis.img \
		--guest $(O)/bench/guest-xen.bin --xen '$(XEN)'

# --- Checks without a guest -----------------------------------------------------------------------

FUZZERS := $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(sort $(wildcard tests/fuzz/*_fuzz.c)))
C_SRC := $(sort $(filter %.c,$(BOOT_SRC) $(STAY_SRC)) $(wildcard guests/lab/*.c))
TIDY := $(patsubst %,$(O)/check/%.tidy,$(C_SRC))

.PHONY: check format-check static-check build-check config-check tools-check fuzz-smoke
check: format-check layers-check build-check static-check config-check unit tools-check fuzz-smoke bench-check

format-check: | $(DEPS)/.format
	$(Q)tools/format-check

# Both compilers take it; and two builds, in different places, give the same bytes. Of one version: who works meanwhile
# changes what tools/version says.
build-check: $(O)/mavis.img $(O)/check/clang/mavis.img | $(DEPS)/.check
	$(Q)$(MAKE) -s --no-print-directory O=$(O)/check/again VERSION='$(VERSION)'
	$(Q)cmp $(O)/mavis.img $(O)/check/again/mavis.img

$(O)/check/clang/mavis.img: FORCE | $(DEPS)/.clang
	$(Q)$(MAKE) -s --no-print-directory O=$(O)/check/clang CC=clang VERSION='$(VERSION)'

# Every config against the binding's schema, and on its machine.
config-check: $(O)/check/.configs
$(O)/check/.configs: $(wildcard configs/*.dts docs/bindings/* tests/data/*.dts) $(O)/tools/regions \
		$(addprefix tools/,config-check board boards.py) | $(DEPS)/.check
	$(Q)MAVIS_BUILD='$(O)' tools/config-check $(O)/check $(DEPS)
	@touch $@

# Both remember what they have seen, and look at what has changed since. An object file is as new as all that it is made of.
static-check: $(TIDY) | $(DEPS)/.check
	@mkdir -p $(O)/check/cppcheck
	$(Q)cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 --platform=unix64 -I. \
		--cppcheck-build-dir=$(O)/check/cppcheck -D__aarch64__ -D__ELF__ -DMAVIS_VERSION='""' \
		--enable=warning,performance,portability --suppressions-list=tests/cppcheck.txt $(C_SRC)

TIDY_CHECK = clang-tidy --quiet --config-file=tests/clang-tidy.yaml $< -- --target=aarch64-none-elf \
	$(filter-out -Werror -f%,$(TARGET_CFLAGS)) -ffreestanding >$@.log 2>&1 || { cat $@.log; exit 1; }

$(O)/check/guests/%.tidy: guests/% $(O)/lab/guests/%.o tests/clang-tidy.yaml | $(DEPS)/.check
	@mkdir -p $(@D)
	$(Q)$(TIDY_CHECK)
	@touch $@

$(O)/check/%.tidy: % $(O)/target/%.o tests/clang-tidy.yaml | $(DEPS)/.check
	@mkdir -p $(@D)
	$(Q)$(TIDY_CHECK)
	@touch $@

tools-check: $(O)/mavis.img $(O)/tools/regions $(O)/bench/scale | $(DEPS)/.check
	$(Q)$(PYTEST) $(PYTEST_ARGS) tests/tools

# Some seconds of each fuzzer that has changed.
fuzz-smoke: $(FUZZERS:%=%.smoke)
$(FUZZERS:%=%.smoke): %.smoke: % $(wildcard $(addprefix tests/fuzz/,*.dict *.dts *.hex seeds))
	$(Q)$(call FUZZ,$<,5,1)
	@touch $@

# --- Fuzzing --------------------------------------------------------------------------------------

FUZZ_SECONDS := 60
FUZZ_SEED := 0

# What reads bytes that others made.
FUZZ_SRC := $(MACHINE_SRC) $(wildcard boot/config/*.c) \
	$(wildcard boot/guest/tree*.c) boot/guest/dma_list.c boot/guest/memory_map.c \
	$(addprefix mm/,region.c resolve.c alias.c attr.c combine.c) $(LIB_SRC)

FUZZ_CC := clang
FUZZ_CFLAGS := $(CFLAGS) -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

$(O)/fuzz/%.c.o: %.c Makefile | $(DEPS)/.check
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<

# What the SMMU says is read by what stays.
FUZZ_STAY := hyp/dma.c drivers/smmu.c $(addprefix mm/,join.c pgtable.c phys.c pool.c split.c stage2.c walk.c)
$(O)/fuzz/smmu_event_fuzz: $(FUZZ_STAY:%=$(O)/fuzz/%.o)

$(FUZZERS): $(O)/fuzz/%: $(O)/fuzz/tests/fuzz/%.c.o $(FUZZ_SRC:%=$(O)/fuzz/%.o)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ -lfdt $(FUZZ_LIBS)

# Calls and accesses of a guest's meet the machine that the unit tests have.
FUZZ_GUEST := $(addprefix $(O)/fuzz/,ecam_fuzz control_fuzz)
$(FUZZ_GUEST): $(patsubst %,$(O)/fuzz/%.o,$(filter-out $(FUZZ_SRC),$(HOST_SRC)) $(wildcard tests/unit/fake_*.c))
$(FUZZ_GUEST): FUZZ_LIBS := -lcmocka

$(O)/fuzz/gdb_fuzz: $(O)/fuzz/hyp/gdb.c.o
$(O)/fuzz/decode_fuzz: $(O)/fuzz/hyp/decode.c.o
$(O)/fuzz/its_fuzz: $(patsubst %,$(O)/fuzz/hyp/%.c.o,its_command its_memory)

# $(call FUZZ,fuzzer,seconds,seed): it starts from tests/fuzz/<name>.dts and <name>.hex, uses the words of <name>.dict, and
# goes on where it was.
FUZZ = mkdir -p $(1).corpus; from=tests/fuzz/$(notdir $(1)); \
	[ ! -e $$from.hex ] || tests/fuzz/seeds $$from.hex $(1).corpus || exit 1; \
	[ ! -e $$from.dts ] || dtc -q -I dts -O dtb -o $(1).corpus/seed $$from.dts || exit 1; \
	$(1) -seed=$(3) -max_total_time=$(2) -max_len=4096 $$([ ! -e $$from.dict ] || echo -dict=$$from.dict) \
		-artifact_prefix=$(1). $(1).corpus >$(1).log 2>&1 || { cat $(1).log; exit 1; }

.PHONY: fuzz
fuzz: $(FUZZERS)
	$(Q)$(foreach f,$^,{ $(call FUZZ,$f,$(FUZZ_SECONDS),$(FUZZ_SEED)); } &&) true

include dev.mk
include dist.mk

# --- The rest -------------------------------------------------------------------------------------

.PHONY: deps help clean distclean
deps:
	@$(DEPS_RUN)

clean:
	$(Q)rm -rf $(filter-out $(DEPS),$(wildcard $(O)/*)) $(O)/.bundle

distclean:
	$(Q)rm -rf $(O)

define HELP
make            build/mavis.img (what a loader takes) and build/mavis.elf (for debuggers)
make run        boot Debian's kernel under Mavis in QEMU, to a shell; Ctrl-A X leaves; fails if Mavis or the guest died
make native     the same kernel and machine without Mavis
make bundle     build/guest.cpio, the guest's kernel, ramdisk and description
make image      build/<board>.img, to write to an SD card (BOARD=virt raspi4b zcu102 imx8mp)
make fit        build/<board>.itb, the same in one file for U-Boot's bootm
make efi        build/mavis.efi, the image signed for UEFI's Secure Boot with KEY=
make test       every test: unit, tools, and system tests in QEMU (JUnit in build/junit); make test-all adds the long matrix
make strict     the guest's boot on a machine that forgives nothing; ELF= QEMU_ARGS= for another program
make lab        what the CPU does with each memory type, to build/lab.json, lab.html and lab-*.png (BOARD=)
make farm       the lab on the boards of a labgrid environment (FARM=), to build/farm; by default QEMU is the board
make explorer   build/explorer.html: types and encodings to pick, what comes of them, who else maps what
make site       build/site, the pages of docs/ with a search
make install    image, tools and manual pages below PREFIX=/usr/local, DESTDIR= before it; install-site, uninstall
make dist       build/dist, a release: archives, checksums, and what it is made of (SPDX)
make bench      what Mavis costs in instructions, beside the native boot; bench-plot draws it
make bench-xen  single operations beside Debian's Xen, which it downloads; XEN= another one
make scale      how a boot grows with memory, CPUs and regions; scale-plot draws it
make check      format, both compilers, static analysis, unit tests, some fuzzing, what single operations cost
make config-check  configs/*.dts against the schema, and on their machines
make fuzz       the fuzzers of tests/fuzz, FUZZ_SECONDS=60 each
make size       what stays of the image when the guest runs, and what has left, by folder
make coverage   how much of the code the unit tests run, by folder
make compile_commands.json  how each file is compiled, for editors
make debug      make run, stopped, in gdb: with symbols, and mavis-regions and mavis-log
make deps       install and fetch what is missing on Debian 12 or 13
make clean      remove what was built; make distclean also what was downloaded

Variables
BOARD=virt                     the machine for run and native: virt raspi4b zcu102 imx8mp versal npcm845 raspi3b
CPU=max SMP=4 MEM=1G GIC=3     what virt has
QEMU= QEMU_ARGS=               another QEMU; more arguments for it
STRICT=0                       test: without the strict machine, which takes a fifth longer
LINUX=backports                the guest's kernel is that of Debian's backports
CONFIG=configs/virt.dts        the guest's description; BUNDLE= a ready bundle instead
KERNEL= RAMDISK=               what goes into the bundle
MACHINE=                       the device tree on which the config is checked, if it is for another machine than BOARD
LOADER= FIRMWARE=              image: extlinux, script, fit, grub; files of the board's vendor to put on it
KEY= TRUST=                    fit, image LOADER=fit, efi: sign with NAME.key; U-Boot's tree that is to want it
APPEND=                        the command line, Mavis's (run, image) or Linux's (native)
CROSS_COMPILE= CC= LIBFDT=     toolchain (CC=clang works), a libfdt source tree
PYTEST_ARGS=                   for pytest, such as -k boot or -x
TEST_JOBS=2                    test files at a time; 0 for one after the other, in this process
GDB= GDB_ARGS=                 debug: another gdb; more arguments, such as -batch -ex "break main" -ex c -ex bt
V=1                            show the commands
endef
help:
	@: $(info $(HELP))

-include $(shell find $(O)/target $(O)/host $(O)/tools $(O)/lab $(O)/guest $(O)/fuzz -name '*.d' 2>/dev/null)
