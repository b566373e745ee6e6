#!/usr/bin/env bash
# A real SLURM on this one machine: a controller and three nodes, loopback only, without systemd.
#   slurm.sh install     by apt, as root; nothing is started
#   slurm.sh up FOLDER   start it with all its files in FOLDER; then  source FOLDER/environment
#   slurm.sh down FOLDER cancel its jobs and stop what `up` started, nothing else
set -euo pipefail

# One of which the next three will be free, too.
free_port() {
    python3 -c 'import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1] & ~3)'
}

install() {
    apt-get update -q
    apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends slurm-wlm munge
}

configure() {
    mkdir -p "$folder"/{bin,munge,state,log,spool-n1,spool-n2,spool-n3}
    chmod 755 "$folder" "$folder/munge"
    (umask 077 && head -c 1024 /dev/urandom >"$folder/munge/key")
    # Nodes have more cores and memory than the machine, and no cgroups: what is tested is what jobs
    # ask for, not that they keep to it.
    cat >"$folder/slurm.conf" <<CONF
ClusterName=onemachine
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$folder/log/finished-jobs
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
SlurmdParameters=config_overrides
GresTypes=gpu
MpiDefault=none
ReturnToService=2
KillWait=5
MinJobAge=3600
SlurmctldTimeout=20
SlurmdTimeout=20
MailProg=/bin/true
NodeName=n1 NodeHostName=localhost NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=4 RealMemory=8192
NodeName=n2 NodeHostName=localhost NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=4 RealMemory=8192
NodeName=n3 NodeHostName=localhost NodeAddr=127.0.0.1 Port=$((port + 3)) CPUs=4 RealMemory=8192 Gres=gpu:1
PartitionName=main Nodes=n1,n2,n3 Default=YES MaxTime=INFINITE State=UP
PartitionName=gpu Nodes=n3 MaxTime=INFINITE State=UP
CONF
    echo "NodeName=n3 Name=gpu File=/dev/zero" >"$folder/gres.conf"
    echo "CgroupAutomount=no" >"$folder/cgroup.conf"
    # Snakemake's job steps drop the variables of SLURM, the place of its configuration among them.
    printf '#!/bin/sh\nSLURM_CONF=%q exec %q "$@"\n' "$SLURM_CONF" "$(command -v srun)" >"$folder/bin/srun"
    chmod +x "$folder/bin/srun"
    printf 'export SLURM_CONF=%q PATH=%q:"$PATH"\n' "$SLURM_CONF" "$folder/bin" >"$folder/environment"
}

up() {
    port=$(free_port)
    configure
    munged --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
        --pid-file="$folder/munge/munged.pid" --log-file="$folder/log/munged.log" \
        --seed-file="$folder/munge/seed" --num-threads=2
    slurmctld -f "$SLURM_CONF"
    for node in n1 n2 n3; do slurmd -N "$node" -f "$SLURM_CONF"; done
    for _ in $(seq 150); do
        [ "$(sinfo -h -N -p main -t idle -o %N | wc -l)" = 3 ] && return
        sleep 0.2
    done
    echo "the nodes did not come up; see $folder/log" >&2
    down
    exit 1
}

down() {
    scancel --user="$(id -un)" 2>/dev/null || true
    for _ in $(seq 50); do [ -z "$(squeue -h 2>/dev/null)" ] && break || sleep 0.2; done
    for daemon in slurmd-n1 slurmd-n2 slurmd-n3 slurmctld munge/munged; do
        stop "$folder/$daemon.pid"
    done
}

# End the process that a file names, and wait until it has ended. It may end by itself before any
# of these signals reaches it, which is as good.
stop() {
    [ -s "$1" ] || return 0
    local process signal
    process=$(cat "$1")
    for signal in TERM KILL; do
        kill -"$signal" "$process" 2>/dev/null || true
        for _ in $(seq 100); do kill -0 "$process" 2>/dev/null && sleep 0.1 || return 0; done
    done
    echo "process $process of $1 does not end" >&2
    return 1
}

command=${1:-}
if [ "$command" = install ]; then
    install
elif [[ $command =~ ^(up|down)$ && -n ${2:-} ]]; then
    mkdir -p "$2"
    folder=$(readlink -f "$2")
    export SLURM_CONF=$folder/slurm.conf
    "$command"
else
    sed -n '2,5s/^# \?//p' "$0" >&2
    exit 2
fi
