# make                 the module and the personalize command, in build/
# make unit [ZONE=z]   the engine's unit tests, under ASAN and UBSAN
# make test            everything; see docs/develop.md
# make demo            a shop, personalized; make demo-stop ends it
# make bench [BENCH=full]   beside plain nginx and others, and with Redis in trouble; see docs/performance.md
# make bench-scale [SCALE=options]   as visitors, workers, campaigns grow; see docs/scaling.md
# make bench-html      the HTML rewriter's MB/s on real pages
# make fuzz [FUZZ=name] [FUZZ_TIME=seconds each, 60]
# make module NGX=dir  the module against an nginx source tree

# V=1 shows the commands

Q       := $(if $(V),,@)
B       := build
CC      ?= cc
AR      ?= ar
PKG     ?= pkg-config
NPROC   := $(shell n=$$(nproc 2>/dev/null || echo 1); [ $$n -gt 2 ] && n=2; echo $$n)

WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
STD     := -std=c11 -D_GNU_SOURCE
OPT     ?= -O2 -g
SAN     ?= -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined \
           -fno-omit-frame-pointer

# --- zones: what each one sees, and which libraries it brings -----------------

ENGINE  := base html template redis decide rules
ZONES   := $(ENGINE) cli

sees_base     := base
sees_html     := base html
sees_template := base template
sees_redis    := base redis
sees_decide   := base decide
sees_rules    := base html template decide rules
sees_cli      := base html template redis decide rules cli

pkgs_redis    := hiredis
pkgs_decide   := libpcre2-8
pkgs_rules    := luajit libpcre2-8
pkgs_cli      := hiredis luajit libpcre2-8

# The last zone of a link comes first: an archive resolves what stands before it.
LINK_ORDER    := cli rules decide redis template html base

pkgs    = $(sort $(foreach z,$(sees_$(1)),$(pkgs_$(z))))
incs    = $(addprefix -Isrc/,$(sees_$(1))) $(if $(pkgs_$(1)),$(shell $(PKG) --cflags $(pkgs_$(1))))
libs    = $(if $(call pkgs,$(1)),$(shell $(PKG) --libs $(call pkgs,$(1)))) -lm
srcs    = $(shell awk '$$1 == "$(1)" { print $$2 }' src/sources)

PRELUDE := $(B)/gen/pz_prelude.c
LUA     := $(sort $(wildcard lua/personalize/*.lua))

all: module $(B)/personalize

.PHONY: all module probe unit test demo demo-stop clean
.DELETE_ON_ERROR:
.SECONDARY:

$(PRELUDE): src/rules/embed.sh $(LUA)
	@mkdir -p $(@D)
	$(Q)sh src/rules/embed.sh $(LUA) > $@.$$$$ && mv $@.$$$$ $@

# Objects and archives are written beside their place and moved: two makes in
# one tree (an editor's and a terminal's) never see half of one.
#
# $(1) zone, $(2) flavour, $(3) flags
define ZONE_RULES
src_$(1)       := $(call srcs,$(1))
gen_$(1)       := $(if $(filter rules,$(1)),$(if $(call srcs,rules),$(PRELUDE)))
inc_$(1)       := $(call incs,$(1))
obj_$(2)_$(1)  := $$(patsubst src/%.c,$(B)/$(2)/obj/%.o,$$(src_$(1))) \
                  $$(patsubst $(B)/gen/%.c,$(B)/$(2)/obj/gen/%.o,$$(gen_$(1)))
lib_$(2)_$(1)  := $(if $(call srcs,$(1)),$(B)/$(2)/lib$(1).a)

$(B)/$(2)/obj/$(1)/%.o: src/$(1)/%.c Makefile
	@mkdir -p $$(@D)
	@echo "cc $(2) $$<"
	$$(Q)$$(CC) $(STD) $(WARN) $(3) $$(inc_$(1)) $$(CFLAGS) -fvisibility=hidden -MMD -MP \
	    -MT $$@ -MF $$@.$$$$$$$$.d -c $$< -o $$@.$$$$$$$$.o \
	    && mv $$@.$$$$$$$$.d $$(@:.o=.d) && mv $$@.$$$$$$$$.o $$@

$(B)/$(2)/lib$(1).a: $$(obj_$(2)_$(1)) src/sources
	@mkdir -p $$(@D)
	@rm -f $$@.$$$$$$$$ && $$(AR) rcs $$@.$$$$$$$$ $$(obj_$(2)_$(1)) && mv $$@.$$$$$$$$ $$@

-include $$(patsubst %.o,%.d,$$(obj_$(2)_$(1)))
endef

define GEN_RULES
$(B)/$(1)/obj/gen/%.o: $(B)/gen/%.c Makefile
	@mkdir -p $$(@D)
	@echo "cc $(1) $$<"
	$$(Q)$$(CC) $(STD) $(WARN) $(2) $$(inc_rules) $$(CFLAGS) -fvisibility=hidden \
	    -c $$< -o $$@.$$$$$$$$.o && mv $$@.$$$$$$$$.o $$@
endef

$(foreach z,$(ZONES),$(eval $(call ZONE_RULES,$(z),unit,$(SAN))))
$(foreach z,$(ZONES),$(eval $(call ZONE_RULES,$(z),release,$(OPT))))
$(eval $(call GEN_RULES,unit,$(SAN)))
$(eval $(call GEN_RULES,release,$(OPT)))

# $(1) flavour, $(2) zone: the archives that a program of this zone links
archives = $(foreach z,$(LINK_ORDER),$(if $(filter $(z),$(sees_$(2))),$(lib_$(1)_$(z))))

# --- the command --------------------------------------------------------------

$(B)/personalize: $(call archives,release,cli)
	@echo "ld $@"
	$(Q)$(CC) $(OPT) $(LDFLAGS) -o $@.$$$$ $(obj_release_cli) \
	    $(filter-out %/libcli.a,$^) $(call libs,cli) && mv $@.$$$$ $@

# --- the module: nginx's own build, driven by config --------------------------

module:
	@MAKEFLAGS= JOBS=$(NPROC) V=$(V) sh t/tools/build-module $(B) $(NGX)

# The module that drives the store and the cache alone, for tests (t/lib/Personalize/Probe.pm).
probe:
	@MAKEFLAGS= JOBS=$(NPROC) V=$(V) sh t/nginx/probe/build $(B)

# --- unit tests: t/unit/<zone>/test_*.c, one program each ---------------------

define TEST_RULES
tests_$(1) := $$(patsubst t/unit/$(1)/%.c,$(B)/unit/bin/$(1)/%,\
              $$(sort $$(wildcard t/unit/$(1)/test_*.c)))

$(B)/unit/bin/$(1)/%: t/unit/$(1)/%.c $(call archives,unit,$(1)) Makefile
	@mkdir -p $$(@D)
	@echo "cc test $$<"
	$$(Q)$$(CC) $(STD) $(WARN) $(SAN) $$(inc_$(1)) -It/lib $$(CFLAGS) -MMD -MP -MT $$@ \
	    -MF $$@.d -o $$@.$$$$$$$$ $$< $(call archives,unit,$(1)) $(call libs,$(1)) -lcmocka \
	    && mv $$@.$$$$$$$$ $$@

-include $$(addsuffix .d,$$(tests_$(1)))
endef

$(foreach z,$(ZONES),$(eval $(call TEST_RULES,$(z))))

UNIT_ZONES := $(if $(ZONE),$(ZONE),$(ZONES))
UNIT_LIBS  := $(foreach z,$(UNIT_ZONES),$(lib_unit_$(z)))
UNIT_TESTS := $(foreach z,$(UNIT_ZONES),$(tests_$(z)))

.PHONY: unit-build
unit-build: $(UNIT_LIBS) $(UNIT_TESTS)

unit: unit-build
	@JOBS=$(NPROC) perl t/tools/run-tests $(UNIT_TESTS)

# --- fuzzing: t/fuzz/fuzz_NAME.c, with clang; make fuzz FUZZ=json FUZZ_TIME=600 -

FUZZ     ?= $(patsubst t/fuzz/fuzz_%.c,%,$(sort $(wildcard t/fuzz/fuzz_*.c)))
FUZZ_TIME ?= 60
FUZZ_SAN := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined \
            -fno-omit-frame-pointer

$(foreach z,$(ENGINE),$(eval $(call ZONE_RULES,$(z),fuzz,$(FUZZ_SAN) -fsanitize=fuzzer-no-link)))
$(eval $(call GEN_RULES,fuzz,$(FUZZ_SAN) -fsanitize=fuzzer-no-link))

$(B)/fuzz/%: CC := clang

$(B)/fuzz/bin/%: t/fuzz/fuzz_%.c $(call archives,fuzz,rules) $(lib_fuzz_redis) Makefile
	@mkdir -p $(@D)
	@echo "cc fuzz $<"
	$(Q)$(CC) $(STD) $(WARN) $(FUZZ_SAN) -fsanitize=fuzzer $(call incs,cli) $(CFLAGS) -o $@.$$$$ $< \
	    $(call archives,fuzz,rules) $(lib_fuzz_redis) $(lib_fuzz_base) $(call libs,cli) \
	    && mv $@.$$$$ $@

.PHONY: fuzz
fuzz: $(addprefix $(B)/fuzz/bin/,$(FUZZ))
	@for name in $(FUZZ); do \
	    mkdir -p $(B)/fuzz/corpus/$$name && cd $(B)/fuzz && echo "fuzz $$name" && \
	    bin/$$name -max_total_time=$(FUZZ_TIME) -rss_limit_mb=1024 -timeout=10 \
	        -print_final_stats=1 \
	        $$(for dict in fuzz_$$name $${name%%_*}; do \
	               [ ! -f $(CURDIR)/t/fuzz/$$dict.dict ] \
	                   || { echo -dict=$(CURDIR)/t/fuzz/$$dict.dict; break; }; done) \
	        corpus/$$name $$(ls -d $(CURDIR)/t/fuzz/seeds/$$name 2>/dev/null) \
	        > $$name.log 2>&1 || { tail -n 40 $$name.log; exit 1; }; \
	    tail -n 5 $$name.log; cd $(CURDIR); \
	done

# --- all of it -----------------------------------------------------------------

test:
	@sh t/tools/install test
	@JOBS=$(NPROC) perl t/tools/run-tests --all

demo:
	@sh t/tools/install demo
	@$(MAKE) --no-print-directory -j$(NPROC) all
	@sh t/demo/start

BENCH ?= quick

.PHONY: bench
bench:
	@sh t/tools/install bench
	@$(MAKE) --no-print-directory -j$(NPROC) module
	@perl t/bench/bench.pl $(BENCH)

# As visitors, workers, campaigns, slots and listeners become more.
.PHONY: bench-scale
bench-scale:
	@sh t/tools/install bench
	@$(MAKE) --no-print-directory -j$(NPROC) module
	@perl t/bench/scale.pl $(SCALE)

# The HTML rewriter over real pages, beside memchr and html-rewriter-wasm.
.PHONY: bench-html
bench-html:
	@sh t/bench/html/run

demo-stop:
	@sh t/demo/stop

clean:
	rm -rf $(B)
