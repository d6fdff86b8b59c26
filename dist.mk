# SPDX-License-Identifier: Apache-2.0
#
# Releases: what `make install` and Debian's packages put where, and the archives.

PREFIX := /usr/local
DESTDIR :=

$(O)/man/mavis.7: tools/manpages $(addprefix tools/,board bundle card lab report run) VERSION $(O)/tools/regions
	$(Q)rm -rf $(@D)
	$(Q)tools/manpages --regions $(O)/tools/regions --lib '$(PREFIX)/lib/mavis' -o $(@D)

.PHONY: man install install-site uninstall dist
man: $(O)/man/mavis.7

INSTALL = tools/install --build $(O) --man $(O)/man --destdir '$(DESTDIR)' --prefix '$(PREFIX)'
install: $(O)/mavis.img $(O)/tools/regions man
	$(Q)$(INSTALL)

install-site: install site
	$(Q)$(INSTALL) --site $(O)/site

# What install and install-site put there, and nothing else.
uninstall:
	$(Q)rm -rf '$(DESTDIR)$(PREFIX)/lib/mavis' '$(DESTDIR)$(PREFIX)/share/doc/mavis/html'
	$(Q)rm -f '$(DESTDIR)$(PREFIX)'/bin/mavis-* '$(DESTDIR)$(PREFIX)'/share/man/man1/mavis-*.1 \
		'$(DESTDIR)$(PREFIX)/share/man/man7/mavis.7'

# Of a clean build: what an earlier version has left must not be in it.
dist: $(O)/mavis.img $(O)/tools/regions site
	$(Q)rm -rf $(O)/man
	$(Q)$(MAKE) -s --no-print-directory man PREFIX=/usr
	$(Q)tools/dist --build $(O) --man $(O)/man --site $(O)/site --deps $(DEPS) -o $(O)/dist
