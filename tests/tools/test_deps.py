# SPDX-License-Identifier: Apache-2.0
"""tools/deps on machines that have nothing, by what it asks apt for. apt is a stub that writes down how it is called."""

import os
import pathlib
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
# What is on each Debian machine. Compilers, QEMU and so on are not.
ESSENTIAL = "awk basename cat chmod cp cut dirname env grep head ln ls mkdir mv od printf rm sed sh sort tail tr true".split()
APT = r"""#!/bin/sh
printf '%s\n' "$*" >>"$CALLS"
case " $* " in
*" indextargets "*)
  for suite in bookworm bookworm-backports trixie trixie-backports forky; do
    echo "X$suite|main|amd64"; echo "X$suite|main|arm64"
  done ;;
*" --print-uris "*)
  [ -z "$SAYS" ] || { echo "$SAYS" >&2; exit 100; }
  echo "'http://example.org/x' x.deb 1000000 MD5" ;;
esac
"""
STUBS = {"apt-get": APT, "apt-config": "#!/bin/sh\n", "dpkg": "#!/bin/sh\necho amd64\n",
         "id": "#!/bin/sh\necho ${USER_ID:-0}\n", "uname": "#!/bin/sh\necho x86_64\n"}
FETCHED = "libfdt-dev linux-image-arm64 busybox-static u-boot-rpi grub-efi-arm64-bin"


class Machine:
    def __init__(self, folder, system):
        self.folder, self.bin, self.calls = folder, folder / "bin", folder / "calls"
        (folder / "tools").mkdir()
        self.bin.mkdir()
        (folder / "os-release").write_text(system)
        # Nothing of the machine that runs this test.
        text = (TOP / "tools/deps").read_text(encoding="utf-8").replace("/etc/os-release", f"'{folder}/os-release'")
        for place in ("/usr/bin/python3", "/usr/lib/u-boot", "/usr/share/qemu-efi-aarch64", "/usr/sbin/", "/sbin/"):
            text = text.replace(place, f"/none{place}")
        (folder / "tools/deps").write_text(text)
        for name in ESSENTIAL:
            (self.bin / name).symlink_to(shutil.which(name))
        for name, script in STUBS.items():
            (self.bin / name).write_text(script)
            (self.bin / name).chmod(0o755)
        # What would be downloaded for the guest is there.
        for place in ("arm64", "backports/arm64"):
            (folder / "deps" / place).mkdir(parents=True)
            for package in FETCHED.split():
                (folder / "deps" / place / f".{package}").touch()

    def deps(self, *groups, says="", user="0"):
        env = {"PATH": str(self.bin), "DEPS": str(self.folder / "deps"), "CALLS": str(self.calls), "SAYS": says,
               "USER_ID": user}
        return subprocess.run(["/bin/sh", self.folder / "tools/deps", *groups], env=env, capture_output=True, text=True,
                              timeout=60, check=False, stdin=subprocess.DEVNULL)

    def installed(self):
        """What apt was told to install, of its words behind the options."""
        (line,) = [c for c in self.calls.read_text().splitlines() if " install " in c and "--print-uris" not in c]
        return [word for word in line.split(" install ")[1].split() if not word.startswith("-")]


def debian(codename):
    return f'PRETTY_NAME="Debian GNU/Linux ({codename})"\nID=debian\nVERSION_CODENAME={codename}\n'


@pytest.fixture
def machine(tmp_path, request):
    folder = tmp_path / "a folder"
    folder.mkdir()
    return Machine(folder, request.param)


@pytest.mark.parametrize("machine", [debian("bookworm")], indirect=True)
def test_of_debian_12s_backports_it_takes_qemu_alone(machine):
    done = machine.deps("test")
    assert done.returncode == 0, done.stderr
    newer = {n for n in machine.installed() if "/" in n}
    assert newer == {f"qemu-system-{part}/bookworm-backports" for part in ("arm", "common", "data")}
    assert {"qemu-efi-aarch64", "ipxe-qemu", "python3-labgrid", "dt-schema", "gdb-multiarch"} <= set(machine.installed())


@pytest.mark.parametrize("machine", [debian("trixie"), debian("forky")], indirect=True)
def test_later_ones_have_all_of_it_and_need_no_backports(machine):
    done = machine.deps("test")
    assert done.returncode == 0, done.stderr
    assert not [n for n in machine.installed() if "/" in n]
    assert {"qemu-system-arm", "qemu-efi-aarch64"} <= set(machine.installed())
    assert not {"qemu-system-common", "python3-labgrid", "lava-common", "dt-schema"} & set(machine.installed())
    assert "backports" not in done.stdout


@pytest.mark.parametrize("machine", [debian("bookworm")], indirect=True)
def test_backports_that_are_gone_are_said(machine):
    done = machine.deps("run", says="E: Release 'bookworm-backports' for 'qemu-system-arm' was not found")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "deps: apt: E: Release 'bookworm-backports' for 'qemu-system-arm' was not found"
    assert "Debian bookworm's backports have it no more" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("machine, suffix, sources", [
    (debian("bookworm"), "/bookworm-backports", "; apt's sources need bookworm-backports for that"), (debian("trixie"), "", ""),
], indirect=["machine"])
def test_who_is_not_root_is_told_what_root_installs(machine, suffix, sources):
    said = machine.deps("run", user="1000").stderr
    assert "there is no sudo here. Run this as root: apt-get install --no-install-recommends " in said
    assert f" qemu-system-arm{suffix} " in said and said.endswith(f"{sources}\n")
    assert ("backports" in said) == bool(sources)


@pytest.mark.parametrize("machine", ["ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n", "NAME=Fedora\nID=fedora\n", ""],
                         indirect=True)
def test_elsewhere_it_names_what_is_missing_and_asks_nobody(machine):
    done = machine.deps("run")
    assert done.returncode == 1 and "missing: qemu-system-arm" in done.stdout
    assert "this is no Debian machine: install the above by your own means" in done.stderr
    assert not machine.calls.exists()


@pytest.mark.parametrize("machine", [debian("trixie")], indirect=True)
def test_each_is_asked_for_once(machine):
    os.unlink(machine.folder / "deps/backports/arm64/.linux-image-arm64")
    said = machine.deps("backports", "backports", "test", "run", "no-such-group").stdout.splitlines()
    missing = [line for line in said if "missing" in line]
    assert "deps: missing: linux-image-arm64:arm64 from trixie-backports (a newer kernel for the guest)" in missing
    assert len(missing) == len(set(line.split("(")[0] for line in missing))
