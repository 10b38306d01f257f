#!/bin/sh
# Write the trusted Lua prelude as a C file to stdout, so that nothing is looked
# up by path at run time.  The Makefile and nginx's own build (config) call it:
#
#   sh src/rules/embed.sh lua/personalize/*.lua > build/gen/pz_prelude.c
#
# The result is one more file of the zone `rules` (compile it with the include
# paths of that zone: it includes "pz_prelude.h").  It depends on this script and
# on every lua/personalize/*.lua.  POSIX sh, od and awk; no other tool.
set -eu
LC_ALL=C
export LC_ALL

[ $# -gt 0 ] || { echo "usage: sh embed.sh FILE.lua... > pz_prelude.c" >&2; exit 2; }

echo '/* Written by src/rules/embed.sh: do not edit. */'
echo '#include "pz_prelude.h"'
echo '#include <stddef.h>'
n=0
for file in "$@"; do
    [ -f "$file" ] || { echo "embed.sh: $file: no such file" >&2; exit 1; }
    echo "static const char pz_prelude_$n[] = {"
    od -An -v -tu1 "$file" | awk '{
        line = ""
        for (i = 1; i <= NF; i++) line = line ($i > 127 ? $i - 256 : $i) ","
        print line
    } END { print "0" }'
    echo "};"
    n=$((n + 1))
done
echo 'const pz_prelude_chunk_t pz_prelude_chunks[] = {'
n=0
for file in "$@"; do
    name=${file##*/}
    echo "    { \"${name%.lua}\", pz_prelude_$n, sizeof(pz_prelude_$n) - 1 },"
    n=$((n + 1))
done
echo '    { NULL, NULL, 0 }'
echo '};'
