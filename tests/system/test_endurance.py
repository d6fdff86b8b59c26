# SPDX-License-Identifier: Apache-2.0
"""What goes on for long leaves nothing behind: disks plugged in and out, boots one after the other, everything at once.

MAVIS_STRESS_MINUTES is how long the long form of everything at once takes; 30 if it is not set. It wants a host that does
little else: Linux gives a CPU five seconds to come, however slow its machine is, and one that comes later brings Linux down.
"""

import contextlib
import os
import re
import time

import pytest

import bundles
import debugger
import machine
import observe
import small

STRESS = 60 * float(os.environ.get("MAVIS_STRESS_MINUTES", "30"))
READS = 50
DISK = "driver=null-co,read-zeroes=on,size=1073741824"


@contextlib.contextmanager
def monitored(start, name, args, **options):
    """A machine that runs, and its monitor."""
    with contextlib.closing(debugger.Sockets()) as sockets:
        m = start(name, args=[*sockets.args(), *args], **options)
        with contextlib.closing(debugger.Monitor(sockets.qmp)) as monitor:
            monitor.ask("cont")
            yield m, monitor
        m.close()


def counters(guest):
    return observe.mavisctl(guest, "stats")["counters"]


def exits(guest):
    return sum(n for name, n in counters(guest).items() if name.startswith("exits: ") and name != "exits: control page")


def errors(guest):
    return guest.run("dmesg -r | grep '^<[0-3]>'; true")


# --- Hot-plug ---


def ports(number):
    args = []
    for i in range(number):
        args += ["-device", f"pcie-root-port,id=port{i},addr={i + 2:x},slot={i + 1},io-reserve=0",
                 "-blockdev", f"{DISK},node-name=disk{i}"]
    return args


def messages(guest):
    """{queue of an NVMe: how many interrupts each CPU had of it}"""
    rows = (line.split() for line in guest.run("cat /proc/interrupts").splitlines() if re.search(r" nvme\d+q\d+$", line))
    return {row[-1]: [int(n) for n in row[1:-4]] for row in rows}


def wait_for(guest, condition):
    """Five minutes of the guest's; all that its kernel said where those do not do."""
    loop = f"i=0; until {condition}; do i=$((i+1)); [ $i -lt 3000 ] || exit 1; usleep 100000; done"
    if guest.run(f"({loop})", seconds=400, check=False)[1]:
        pytest.fail(f"not within five minutes: {condition}\n" + guest.run("dmesg; cat /proc/interrupts /proc/uptime"))


def in_use(monitor):
    """Devices that are plugged in, and what they read from: QEMU lets go of that some time after the device."""
    nodes = [block["inserted"]["node-name"] for block in monitor.ask("query-block") if "inserted" in block]
    names = [device["name"] for device in monitor.ask("qom-list", path="/machine/peripheral")]
    return [name for name in nodes + names if re.match(r"disk\d|plug", name)]


def wait_until_gone(monitor):
    """The guest has let go of all that was plugged in."""
    until = time.monotonic() + machine.patience(60)
    while in_use(monitor):
        assert time.monotonic() < until, "a disk that the guest has let go of is still there"
        time.sleep(0.1)


def plugged(guest, monitor, number, cpus):
    """As many disks come, interrupt each CPU by a queue of its own, and go."""
    for i in range(number):
        monitor.ask("device_add", driver="nvme", drive=f"disk{i}", serial=str(i), bus=f"port{i}", id=f"plug{i}")
    wait_for(guest, f"[ $(ls /dev | grep -c '^nvme[0-9]*n1$') = {number} ]")
    before = messages(guest)
    assert len(before) == number * (1 + cpus), before
    guest.run(f"for d in /dev/nvme*n1; do for c in {' '.join(map(str, range(cpus)))}; do "
              f"taskset -c $c dd if=$d of=/dev/null bs=4096 count={READS} iflag=direct 2>/dev/null || exit 1; done; done")
    for name, had in before.items():
        queue = int(name.split("q")[1])
        came = [b - a for a, b in zip(had, messages(guest)[name])] if queue else []
        assert not queue or came[queue - 1] >= READS > sum(came) - came[queue - 1], (name, came)
    for i in range(number):
        monitor.ask("device_del", id=f"plug{i}")
    wait_for(guest, "! ls /dev | grep -q '^nvme[0-9]'")
    wait_until_gone(monitor)


@pytest.mark.parametrize("cycles, at_once, smmu", [(2, 2, ""), pytest.param(1000, 20, "", marks=pytest.mark.all),
                                                   pytest.param(40, 10, ",iommu=smmuv3", marks=pytest.mark.all)])
def test_disks_come_and_go(start, tmp_path, cycles, at_once, smmu):
    cpus = 2
    bundle = bundles.make(tmp_path / "bundle", bundles.config(tmp_path / "config.dts", "control;"))
    loaded = machine.mavis(bundle)
    with monitored(start, f"plug-{cycles}", ports(at_once), smp=cpus, machine=smmu, loaded=loaded) as (m, monitor):
        m.login()
        m.run("modprobe nvme")
        cost = []
        for _ in range(cycles // at_once):
            before = exits(m)
            plugged(m, monitor, at_once, cpus)
            cost.append(exits(m) - before)
        # What has gone is forgotten: the last cost what the first did.
        assert cost[-1] <= cost[0] * 1.5 + 100, cost
        assert counters(m)["ITS refused"] == 0
        assert not messages(m) and not errors(m)
        assert "mavis: " not in m.console.replace(m.boot_log(), "")


# --- Boots ---

# As little as a Linux with a disk can have. It resets the machine while both CPUs read.
INIT = """modprobe nvme; until [ -e /dev/nvme0n1 ]; do usleep 20000; done
read_on() { taskset -c $1 dd if=/dev/nvme0n1 of=/dev/null bs=16k count=${2:-1000000} iflag=direct 2>/dev/null; }
read_on 0 20 && read_on 1 20 && echo "boots: $(nproc) CPUs, $(grep -c 'nvme0q[12]' /proc/interrupts) queues"
read_on 0 & read_on 1 &
usleep 50000; reboot -f
"""


def small_guest(folder):
    text = bundles.CONFIG.replace("console=ttyAMA0", "console=ttyAMA0 quiet") % ""
    config = bundles.config(folder / "config.dts", text=text)
    return bundles.make(folder / "bundle", config, ramdisk=small.ramdisk(folder, INIT, "nvme"))


@pytest.mark.parametrize("times", [1, pytest.param(200, marks=pytest.mark.all)])
def test_each_boot_is_as_the_first(start, tmp_path, times):
    """A reset comes while a disk writes memory; what Mavis says of the machine is the same each time, to the letter."""
    m = start(f"boots-{times}", cpu="cortex-a72", smp=2, mem="512M", loaded=machine.mavis(small_guest(tmp_path)),
              args=["-blockdev", f"{DISK},node-name=disk", "-device", "nvme,drive=disk,serial=1"])
    first = None
    for boot in range(times + 1):
        begin = len(m.console)
        assert m.expect(r"boots: (.*?)\r*\n")[1] == "2 CPUs, 2 queues"
        said = re.search(r"(?s)Mavis \S+ .*?\nGuest: .*?\n", m.console[begin:].replace("\r", ""))[0]
        first = first or said
        assert said == first, f"boot {boot}"
    m.close()


# --- Everything at once ---

CPUS = 4
SIZE = 8 << 20
FILE_SIZE = 4 << 20
DISK_SIZE = 64 << 20
REGIONS = """control; regions {
    gpu-bar { pci = "1af4:1110"; bar = <2>; type = "device-memory"; adjustable; };
    scratch { reg = <0x0 0x7c000000 0x0 0x400000>; type = "raw"; memattr = <5>; expose = "none"; adjustable; };
};"""
BAR = "/sys/bus/pci/devices/0000:00:10.0"
# Each goes round until the end, and once at least, with n the round; one that fails says so.
WORKERS = {
    "read": "dd if=/mnt/a/data bs=64k iflag=direct 2>/dev/null | cmp -s - /tmp/data",
    "copy": "cp /mnt/a/data /mnt/b/copy && sync && echo 1 >/proc/sys/vm/drop_caches && cmp -s /mnt/b/copy /tmp/data",
    "memory": "cp /tmp/data /tmp/copy && cmp -s /tmp/copy /tmp/data && rm /tmp/copy",
    "network": "tftp -g -r file -l /tmp/file 10.0.3.2 2>/dev/null && cmp -s /tmp/file /tmp/first",
    # Linux refuses both while it probes a PCI device. A CPU that does not come has a line in its log.
    "cpus": "c=/sys/devices/system/cpu/cpu$((1 + n % 3))/online; for to in 0 1; do "
            "until echo $to 2>/dev/null >$c; do usleep 20000; done; usleep 300000; done",
    # On the CPU that stays: one that goes takes its registers of the control page with it.
    "types": "taskset 1 mavisctl set scratch normal-wb device-GRE normal-nc --times 5 >/dev/null && "
             "taskset 1 mavisctl regions >/dev/null",
    # Off, to another place, on, and back. Not by removing and scanning: for that Linux takes the bus numbers of all bridges
    # away for a moment, and loses messages and configuration writes of whatever is behind one, on the bare machine as here.
    "bar": f"put() {{ printf $2 | dd of={BAR}/config bs=4 seek=$1 conv=notrunc 2>/dev/null; }}; "
           r"to() { put 1 '\0\0\0\0' && put 6 $1 && put 1 '\2\0\0\0'; }; to '\0\0\0\10' && to '\0\0\0\0' && "
           "taskset 1 mavisctl set gpu-bar normal-nc normal-wb >/dev/null && unaligned "
           f"{BAR}/resource2_wc 0 >/dev/null",
    "random": "[ $(dd if=/dev/hwrng bs=64 count=4 2>/dev/null | wc -c) = 256 ]",
    "aims": "for i in $(sed -n 's/^ *\\([0-9]*\\): .*-input.*/\\1/p' /proc/interrupts); do "
            "echo $((1 << n % 4)) >/proc/irq/$i/smp_affinity 2>/dev/null; done; usleep 50000",
}
# They are no children of the console's shell: busybox's takes it for the end of its input, once in ten times, when several
# of its jobs end while it reads.
GO = """cat >/tmp/all.sh <<'END'
now() { cut -d. -f1 /proc/uptime; }; end=$(($(now) + %d)); mkdir /tmp/work
go() {
    n=0
    while . /tmp/$1.sh || echo "$1: round $n"; n=$((n+1)); [ $(now) -lt $end ]; do :; done
    echo $n >/tmp/work/$1
}
for w in %s; do go $w & done; wait; echo >/tmp/work/over
END
(sh /tmp/all.sh >/tmp/failed 2>&1 &)"""


PREPARE = f"""modprobe nvme; mkdir /mnt/a /mnt/b; dd if=/dev/urandom of=/tmp/data bs=64k count={FILE_SIZE >> 16} || exit
mke2fs -q /dev/vda && mount -t ext4 /dev/vda /mnt/a && cp /tmp/data /mnt/a/data || exit
mke2fs -q /dev/nvme0n1 && mount -t ext4 /dev/nvme0n1 /mnt/b && sync || exit
e=$(ls /sys/bus/pci/drivers/igb/0*/net); ip addr add 10.0.3.15/24 dev $e && ip link set $e up && sleep 2 || exit
tftp -g -r file -l /tmp/first 10.0.3.2 && echo 1 >{BAR}/enable"""


def prepare(guest):
    guest.run(f"({PREPARE})")
    for name, what in WORKERS.items():
        guest.run(f"cat >/tmp/{name}.sh <<'END'\n{what}\nEND")


def plug_once(guest, monitor):
    """Another disk comes and goes, whatever else happens."""
    monitor.ask("device_add", driver="nvme", drive="disk0", serial="plug", bus="port0", id="plug0")
    wait_for(guest, "[ -e /dev/nvme1n1 ]")
    guest.run("dd if=/dev/nvme1n1 of=/dev/null bs=4096 count=100 iflag=direct")
    monitor.ask("device_del", id="plug0")
    wait_for(guest, "[ ! -e /dev/nvme1 ]")
    wait_until_gone(monitor)


# What a line of Mavis's is about.
SAID = re.compile(r"(?m)^mavis: (\S+)")


@pytest.mark.parametrize("seconds", [5, pytest.param(STRESS, marks=pytest.mark.all, id="long")])
def test_everything_at_once(start, tmp_path, seconds):
    args = [*ports(1), "-netdev", f"user,id=net,net=10.0.3.0/24,tftp={tmp_path}",
            "-device", "pcie-root-port,id=cards,addr=3,slot=31", "-device", "igb,netdev=net,bus=cards",
            "-object", f"memory-backend-ram,id=bar,size={SIZE},share=on", "-device", "ivshmem-plain,memdev=bar,addr=10",
            "-device", "virtio-rng-pci,addr=11"]
    for name, device in (("a", "virtio-blk-pci,drive=a,num-queues=4,addr=13"), ("b", "nvme,drive=b,serial=b,addr=14")):
        with open(tmp_path / name, "wb") as f:
            f.truncate(DISK_SIZE)
        args += ["-drive", f"if=none,format=raw,id={name},file={tmp_path / name}", "-device", device]
    (tmp_path / "file").write_bytes(os.urandom(64 << 10))
    bundle = bundles.make(tmp_path / "bundle", bundles.config(tmp_path / "config.dts", REGIONS))
    with monitored(start, f"stress-{seconds:.0f}", args, smp=CPUS, loaded=machine.mavis(bundle)) as (m, monitor):
        m.login()
        mavis = observe.Mavis(m, monitor)
        named, at = set(), mavis.said()[1]
        prepare(m)
        m.marks = 5         # Mavis says where the BAR is now, and whatever else, while the guest speaks
        m.run(GO % (seconds, " ".join(WORKERS)))
        end, plugs = time.monotonic() + seconds, 0
        while time.monotonic() < end or not plugs:
            plug_once(m, monitor)
            plugs += 1
            said, at = mavis.said(at)
            named |= set(SAID.findall(said))
        wait_for(m, "[ -e /tmp/work/over ]")
        m.marks = 1
        named |= set(SAID.findall(mavis.said(at)[0]))
        assert m.run("cat /tmp/failed") == ""
        rounds = {name: int(m.run(f"cat /tmp/work/{name}")) for name in WORKERS}
        assert min(rounds.values()) > 0, rounds
        print(f"{seconds:.0f} s: rounds {rounds}, {plugs} disks plugged in and out")
        assert mavis.is_whole()
        assert counters(m)["ITS refused"] == 0 and not errors(m)
        assert m.run("dmesg | grep 'completion polled'; true") == "", "an interrupt was lost"
        assert named <= {"gpu-bar:"}
