#!/bin/sh
# A sweep shared among processes by GNU parallel, then merged: the same bytes as the undivided run.
#
#     tests/cluster/parallel.sh path/to/copperlight
#
# Skipped, with the reason, where GNU parallel is not installed.
set -eu
program=$(realpath "${1:?the path of the binary copperlight}")
repository=$(realpath "$(dirname "$0")/../..")

if ! parallel --version 2>/dev/null | grep -q 'GNU parallel'; then
    echo "skipped: GNU parallel is not installed"
    exit 0
fi

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"

mkdir bin && ln -s "$program" bin/copperlight
export PATH="$place/bin:$PATH"
cp "$repository/tests/all/cli/sweep.toml" .
copperlight run sweep.toml --out whole --quiet > /dev/null

# The line of the guide.
guide=$repository/docs/src/guide/run-on-a-cluster.md
sed -n '/<!-- begin: parallel -->/,/<!-- end -->/p' "$guide" | grep '^parallel ' > line.sh
sh -eu line.sh
copperlight merge shards --out merged --quiet > /dev/null
diff -r whole merged
echo "ok: 8 shards by GNU parallel merge to the undivided run"
