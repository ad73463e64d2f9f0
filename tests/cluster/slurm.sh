#!/bin/sh
# A sweep as a Slurm job array on one host, with a task that is lost and submitted again, then merged: the same bytes
# as the undivided run. Munge and Slurm are started in a temporary folder and stopped at the end.
#
#     tests/cluster/slurm.sh path/to/copperlight
#
# Skipped, with the reason, where Slurm or Munge is not installed, or not run by root, whom both daemons need.
set -eu
program=$(realpath "${1:?the path of the binary copperlight}")
repository=$(realpath "$(dirname "$0")/../..")
PATH="$PATH:/usr/sbin:/sbin"

for tool in slurmctld slurmd sbatch squeue munged; do
    if ! command -v "$tool" > /dev/null; then
        echo "skipped: $tool is not installed (Debian: slurm-wlm, munge)"
        exit 0
    fi
done
if [ "$(id -u)" != 0 ]; then
    echo "skipped: the daemons of Slurm need root"
    exit 0
fi

place=$(mktemp -d)
chmod 755 "$place"
cd "$place"
daemons=""
stop() {
    # shellcheck disable=SC2086
    [ -z "$daemons" ] || kill $daemons 2> /dev/null || true
    sleep 1
    rm -rf "$place"
}
trap stop EXIT

# Munge: a key and a socket of our own.
mkdir munge && chmod 755 munge
dd if=/dev/urandom of=munge/key bs=64 count=1 2> /dev/null
chmod 600 munge/key
munged --foreground --force --key-file="$place/munge/key" --socket="$place/munge/socket" \
    --log-file="$place/munge/log" --pid-file="$place/munge/pid" --seed-file="$place/munge/seed" \
    > munge/out 2>&1 &
daemons="$daemons $!"

host=$(hostname -s)
mkdir -p state spool
cat > slurm.conf <<CONF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=$place/munge/socket
CredType=cred/munge
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.pid
SlurmctldLogFile=$place/slurmctld.log
SlurmdLogFile=$place/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=10 State=UP
CONF
export SLURM_CONF="$place/slurm.conf"

wait_for() {
    for _ in $(seq 120); do
        if "$@" > /dev/null 2>&1; then return 0; fi
        sleep 0.5
    done
    echo "failed: no success of \`$*\` within a minute"
    tail -n 20 slurmctld.log slurmd.log munge/out 2> /dev/null || true
    exit 1
}
wait_for test -S munge/socket
slurmctld -D > slurmctld.out 2>&1 &
daemons="$daemons $!"
wait_for scontrol ping
slurmd -D > slurmd.out 2>&1 &
daemons="$daemons $!"
node_is_idle() { sinfo --noheader --format=%t | grep -q idle; }
wait_for node_is_idle

# The script of the guide, and what it finds where it runs.
guide=$repository/docs/src/guide/run-on-a-cluster.md
sed -n '/<!-- begin: sweep.sh -->/,/<!-- end -->/p' "$guide" | sed -e '/^<!--/d' -e '/^```/d' -e '/./,$!d' > sweep.sh
mkdir bin && ln -s "$program" bin/copperlight
export PATH="$place/bin:$PATH"
cp "$repository/tests/all/cli/sweep.toml" .
copperlight run sweep.toml --out whole --quiet > /dev/null

# Waits until no task is left.
nothing_queued() { [ -z "$(squeue --noheader)" ]; }
sbatch sweep.sh
wait_for nothing_queued

# A task whose journal was torn: the same array index is submitted again and goes on.
head -c 20000 shards/points-3-of-4.jsonl > torn && mv torn shards/points-3-of-4.jsonl
if copperlight merge shards --out merged --quiet > /dev/null 2> refused; then
    echo "failed: a shard that is not complete was merged"
    exit 1
fi
cat refused
SHARDS=4 sbatch --array=3 sweep.sh
wait_for nothing_queued

cat sweep-*.log
copperlight merge shards --out merged --quiet > /dev/null
diff -r whole merged
echo "ok: a job array of 4 tasks merges to the undivided run"
