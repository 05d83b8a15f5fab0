# `make` lists the targets.

CARGO ?= cargo
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
BUILT := $(or $(CARGO_TARGET_DIR),target)
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
# Version of the C ABI, which names the shared library.
ABI = $(shell awk '/define THUMBLING_ABI_VERSION/ { print int($$3 / 65536) "." $$3 % 65536 }' include/thumbling.h)
ABI_MAJOR = $(firstword $(subst ., ,$(ABI)))
# Everything, in the test profile; its dependencies are those of `build` and `demo`.
TESTED = --release --config .ci/test.toml --workspace --features thumbling/full,thumbling-capi/full

.PHONY: help deps build demo test bench install
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

deps: ## install missing build and test dependencies (Debian)
	@.ci/deps test

build: ## build the command, the C library and its worker into target/release
	@.ci/deps build
	@.ci/progress $(CARGO) build --release -p thumbling-cli -p thumbling-capi -p thumbling-worker --features thumbling-capi/full

demo: ## draw sample files of every format and make a gallery of them: demo/index.html
	@.ci/deps build
	@.ci/progress $(CARGO) build --release -p thumbling-cli -p thumbling-samples --no-default-features --features thumbling-cli/full
	@.ci/pdfium $(BUILT)/release
	rm -rf samples demo
	$(BUILT)/release/make-samples samples
	$(BUILT)/release/thumbling gallery samples --out demo
	@echo "Open demo/index.html in a browser. For your own files: $(BUILT)/release/thumbling gallery FOLDER --out OUT"

test: deps ## run all tests: Rust, C ABI (plain, valgrind, sanitisers), URL decoders in six languages
	@.ci/progress $(CARGO) build $(TESTED) --all-targets
	@.ci/pdfium $(BUILT)/release
	$(CARGO) test $(TESTED)
	tests/c/run $(BUILT)/release
	tests/decoders/run

bench: build ## time the stages of the pipeline; benches/peers.py compares with other libraries
	$(CARGO) bench --features full,bench --bench stages

install: ## build for distribution and install: command, libraries, header, pkg-config file; PREFIX=/usr/local, DESTDIR=
	@.ci/deps build
	@.ci/progress $(CARGO) build --profile dist -p thumbling-cli -p thumbling-capi -p thumbling-worker --features thumbling-capi/full
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 755 $(BUILT)/dist/thumbling $(DESTDIR)$(PREFIX)/bin/thumbling
	install -m 755 $(BUILT)/dist/thumbling-worker $(DESTDIR)$(PREFIX)/bin/thumbling-worker
	install -m 644 include/thumbling.h $(DESTDIR)$(PREFIX)/include/thumbling.h
	.ci/archive $(BUILT)/dist/libthumbling.a $(DESTDIR)$(LIBDIR)/libthumbling.a
	install -m 755 $(BUILT)/dist/libthumbling.so $(DESTDIR)$(LIBDIR)/libthumbling.so.$(ABI)
	ln -sf libthumbling.so.$(ABI) $(DESTDIR)$(LIBDIR)/libthumbling.so.$(ABI_MAJOR)
	ln -sf libthumbling.so.$(ABI_MAJOR) $(DESTDIR)$(LIBDIR)/libthumbling.so
	printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$${prefix}/include' '' \
	    'Name: thumbling' 'Description: Thumbnails of any file, in-process' 'Version: $(VERSION)' \
	    'Cflags: -I$${includedir}' 'Libs: -L$${libdir} -lthumbling' 'Libs.private: -Wl,--gc-sections -lpthread -ldl -lm' \
	    > $(DESTDIR)$(LIBDIR)/pkgconfig/thumbling.pc
