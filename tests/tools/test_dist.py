# SPDX-License-Identifier: Apache-2.0
"""What is installed, and what a release holds: that it is whole, works by itself, and is the same wherever it was made."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tarfile

import pytest

import lab_sample

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("MAVIS_BUILD", "build")
DEPS = TOP / "build/deps"
ENV = {name: value for name, value in os.environ.items() if not re.match("MAKE|MFLAGS|MAVIS_BUILD|SOURCE_DATE_EPOCH", name)}
VERSION = (TOP / "VERSION").read_text().strip()
COMMANDS = {"board", "bundle", "card", "lab", "regions", "report", "run"}


def run(*command, **more):
    env = more.pop("env", ENV)
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=900, check=False, env=env, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def man(tmp_path_factory):
    folder = tmp_path_factory.mktemp("man")
    run(TOP / "tools/manpages", "--regions", BUILD / "tools/regions", "-o", folder)
    return folder


@pytest.fixture(scope="module")
def root(man, tmp_path_factory):
    folder = tmp_path_factory.mktemp("root")
    run(TOP / "tools/install", "--build", BUILD, "--man", man, "--destdir", folder, "--prefix", "/usr")
    # Not where the source is, or what it left.
    moved = folder / "moved"
    (folder / "usr").rename(moved)
    return moved


def test_each_command_has_a_page_and_says_how_it_is_called(root, man):
    assert {p.name for p in (root / "bin").iterdir()} == {f"mavis-{name}" for name in COMMANDS}
    for name in COMMANDS:
        assert "usage" in run(root / f"bin/mavis-{name}", "--help") if name != "run" else True
        text = (root / f"share/man/man1/mavis-{name}.1").read_text()
        assert f"mavis\\-{name}" in text and VERSION in text
    assert (root / "share/man/man7/mavis.7").exists()


def test_the_elf_file_is_the_images_with_its_lines(root, dist):
    elf = root / "lib/mavis/mavis.elf"
    assert elf.read_bytes() == (dist / "mavis.elf").read_bytes()
    # No program of this machine.
    assert not os.access(elf, os.X_OK) and not os.access(dist / "mavis.elf", os.X_OK)
    assert ".debug_line" in run("readelf", "-SW", elf)
    (at,) = re.findall(r"(?m)^ +\d+: ([0-9a-f]+) .* main$", run("readelf", "-sW", elf))
    assert re.match(r"main at \./boot/main\.c:\d+", run("addr2line", "-pfe", elf, at) if os.uname().machine == "aarch64" else
                    run("aarch64-linux-gnu-addr2line", "-pfe", elf, at))
    # Of the same build: what the image holds at its beginning is what the ELF file loads there.
    head = (root / "lib/mavis/mavis.img").read_bytes()[:4096]
    assert head in elf.read_bytes()


def test_the_pages_have_no_warning(man):
    if not shutil.which("groff"):
        pytest.skip("no groff to read them with")
    for page in man.iterdir():
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", page], capture_output=True, text=True, check=False,
                              timeout=60)
        assert not done.stderr, done.stderr


def test_what_is_installed_makes_a_bundle_and_a_card_by_itself(root, tmp_path):
    env = {"PATH": f"{root}/bin:{ENV['PATH']}", "LC_ALL": "C.UTF-8"}
    kernel = tmp_path / "Image"
    kernel.write_bytes(bytes(56) + b"ARM\x64" + bytes(4096))
    tree = tmp_path / "virt.dtb"
    run("dtc", "-q", "-O", "dtb", "-o", tree, TOP / "tests/data/virt-gicv3.dts")
    run("mavis-bundle", "--kernel", kernel, "--config", root / "lib/mavis/configs/raspi4b.dts", "-o", tmp_path / "a.cpio",
        env=env, cwd=tmp_path)
    config = tmp_path / "config.dts"
    config.write_text('/dts-v1/; / { compatible = "mavis,config"; guest { cpu = <1>; }; };')
    done = subprocess.run(["mavis-bundle", "--kernel", kernel, "--config", config, "-o", tmp_path / "b.cpio"], env=env,
                          cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1 and "did you mean cpus" in done.stderr
    config.write_text('/dts-v1/; / { compatible = "mavis,config"; guest { cpus = <1>; }; };')
    run("mavis-bundle", "--kernel", kernel, "--config", config, "--machine", tree, "-o", tmp_path / "b.cpio", env=env,
        cwd=tmp_path)
    run("mavis-card", "fit", "virt", "--image", root / "lib/mavis/mavis.img", "--bundle", tmp_path / "b.cpio", "-o",
        tmp_path / "x.itb", env=env, cwd=tmp_path)
    assert run("dumpimage", "-l", tmp_path / "x.itb").count("Image ") >= 2
    version = run(TOP / "tools/version").strip()
    assert f'mavis = "{version}"'.encode() not in (tmp_path / "b.cpio").read_bytes()
    assert version.encode() in (tmp_path / "b.cpio").read_bytes()


def test_what_is_installed_makes_a_report(root, tmp_path):
    log = tmp_path / "lab.json"
    log.write_text(lab_sample.lines(lab_sample.sample(0, 0)))
    run(root / "bin/mavis-report", log, "-o", tmp_path / "lab.html", cwd=tmp_path)
    assert "none differ" in (tmp_path / "lab.html").read_text()


def test_what_is_installed_makes_a_tree_that_no_kernel_package_has(root, tmp_path):
    run(root / "bin/mavis-board", "tree", "npcm845", "-o", tmp_path / "x.dtb", cwd=tmp_path)
    assert "nuvoton,npcm845" in run("fdtget", "-t", "s", tmp_path / "x.dtb", "/", "compatible")


def test_what_is_installed_writes_nothing_beside_itself(root):
    """As root does: what a package's removal then leaves behind."""
    env = {name: value for name, value in ENV.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for name in COMMANDS - {"regions"}:
        subprocess.run([root / f"bin/mavis-{name}", "--help"], env=env, capture_output=True, timeout=60, check=False)
    assert not list(root.rglob("__pycache__"))


def test_what_is_installed_is_for_everyone_whatever_the_umask(man, tmp_path):
    site = tmp_path / "site"
    (site / "sub").mkdir(parents=True)
    (site / "sub/page.html").write_text("page")
    (site / "sub/page.html").chmod(0o600)
    run("sh", "-c", 'umask 077; exec "$@"', "sh", TOP / "tools/install", "--build", BUILD, "--man", man, "--site", site,
        "--destdir", tmp_path, "--prefix", "/p")
    found = list((tmp_path / "p").rglob("*"))
    assert tmp_path / "p/share/doc/mavis/html/sub/page.html" in found
    for path in found:
        wanted = 0o755 if path.is_dir() or path.parent == tmp_path / "p/lib/mavis/tools" and path.suffix != ".py" else 0o644
        assert path.is_symlink() or path.stat().st_mode & 0o777 == wanted, path


def test_what_is_installed_goes_again(man, tmp_path):
    run(TOP / "tools/install", "--build", BUILD, "--man", man, "--site", TOP / "docs/schemas", "--destdir", tmp_path,
        "--prefix", "/opt/m")
    assert (tmp_path / "opt/m/share/doc/mavis/html/table.schema.json").exists()
    mine = tmp_path / "opt/m/bin/mine"
    mine.write_text("mine")
    run("make", "-s", "uninstall", f"DESTDIR={tmp_path}", "PREFIX=/opt/m", cwd=TOP)
    assert [p for p in tmp_path.rglob("*") if not p.is_dir()] == [mine]


@pytest.fixture(scope="module")
def dist(man, tmp_path_factory):
    out = tmp_path_factory.mktemp("dist") / "out"
    run(TOP / "tools/dist", "--build", BUILD, "--man", man, "--site", TOP / "docs/schemas", "--deps", DEPS, "-o", out)
    return out


def test_the_checksums_are_those_of_the_files(dist):
    assert run("sha256sum", "-c", "--quiet", "SHA256SUMS", cwd=dist) == ""
    listed = {line.split()[1] for line in (dist / "SHA256SUMS").read_text().splitlines()}
    assert listed == {p.name for p in dist.iterdir()} - {"SHA256SUMS"}
    assert {f"mavis-{VERSION}{end}" for end in (".tar.xz", "-docs.tar.xz", ".spdx.json")} | {"mavis.img", "mavis.elf"} < listed


def test_the_source_is_whole_and_says_its_version(dist, tmp_path):
    with tarfile.open(dist / f"mavis-{VERSION}.tar.xz") as tar:
        assert all(m.uid == m.gid == 0 and not m.name.startswith("/") and ".." not in m.name for m in tar)
        tar.extractall(tmp_path)
    source = tmp_path / f"mavis-{VERSION}"
    for name in ("Makefile", "boot/head.S", "docs/config.md", "tests/unit/test.h", "LICENSE", ".ci/run"):
        assert (source / name).read_bytes() == (TOP / name).read_bytes()
    assert not list(source.glob("build*")) and not list(source.rglob("__pycache__"))
    assert os.access(source / "tools/bundle", os.X_OK) and not os.access(source / "Makefile", os.X_OK)
    assert run(source / "tools/version") == run(TOP / "tools/version")


def test_what_it_is_made_of_is_listed(dist):
    found = json.loads((dist / f"mavis-{VERSION}.spdx.json").read_text())
    assert found["spdxVersion"] == "SPDX-2.3" and found["dataLicense"] == "CC0-1.0"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["creationInfo"]["created"])
    idents = ["SPDXRef-DOCUMENT"] + [thing["SPDXID"] for thing in found["packages"] + found["files"]]
    assert len(set(idents)) == len(idents) and all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", i) for i in idents)
    for r in found["relationships"]:
        assert r["spdxElementId"] in idents and r["relatedSpdxElement"] in idents
    related = {r["relatedSpdxElement"] for r in found["relationships"]} | {r["spdxElementId"] for r in found["relationships"]}
    assert related == set(idents)
    for f in found["files"]:
        assert hashlib.sha256((dist / f["fileName"]).read_bytes()).hexdigest() == f["checksums"][0]["checksumValue"]
    packages = {p["name"]: p for p in found["packages"]}
    for stamp in (DEPS / "arm64").glob(".*"):
        name, version, _ = stamp.read_text().strip().rsplit("_", 2)
        assert packages[name]["versionInfo"] == version.replace("%3a", ":")
        assert packages[name]["licenseDeclared"] not in ("NOASSERTION", "")
    assert packages["mavis"]["licenseDeclared"] == "Apache-2.0"
    inside = [r["relatedSpdxElement"] for r in found["relationships"] if r["relationshipType"] == "STATIC_LINK"]
    assert inside == [packages["libfdt-dev"]["SPDXID"]]


@pytest.mark.parametrize("package, word", [("linux-image", "GPL-2"), ("busybox-static", "GPL-2"), ("u-boot-rpi", "GPL-2"),
                                           ("libfdt-dev", "GPL-2")])
def test_the_licences_are_those_of_debians_files(package, word):
    (path,) = list((DEPS / "arm64/usr/share/doc").glob(f"{package}*/copyright"))[:1]
    text = path.read_text(encoding="utf-8", errors="replace")
    assert re.search(rf"{word}|GENERAL PUBLIC LICENSE\s+Version {word[-1]}|version {word[-1]}", text, re.I)


@pytest.mark.all
def test_two_folders_make_the_same_bytes(tmp_path):
    made, folders = [], (tmp_path / "one", tmp_path / "another/and longer")
    # Of one source: somebody may be at work on it.
    shutil.copytree(TOP, folders[0], ignore=shutil.ignore_patterns("build", ".git", "__pycache__"))
    shutil.copytree(folders[0], folders[1])
    for folder in folders:
        (folder / "build").mkdir()
        (folder / "build/deps").symlink_to(DEPS)
        run("make", "-s", "-j2", "dist", cwd=folder, env=ENV | {"SOURCE_DATE_EPOCH": "1700000000"})
        made.append({p.name: p.read_bytes() for p in (folder / "build/dist").iterdir()})
    assert len(made[0]) == 7 and made[0].keys() == made[1].keys()
    assert [name for name in made[0] if made[0][name] != made[1][name]] == []


def test_debian_recommends_what_a_card_is_made_with():
    """util-linux is essential there."""
    packages = {"fallocate": "util-linux", "grub-mkimage": "grub-common", "mcopy": "mtools", "mformat": "mtools",
                "mkimage": "u-boot-tools", "sfdisk": "fdisk"}
    control = (TOP / "debian/control").read_text().split("\nPackage: mavis\n")[1].split("\n\n")[0]
    given = set(re.findall(r"[\w.+-]+", " ".join(re.findall(r"(?m)^(?:Depends|Recommends|Suggests): (.*)$", control))))
    called = set(re.findall(r'\brun\("([\w-]+)"', (TOP / "tools/card").read_text()))
    assert called == packages.keys()
    assert set(packages.values()) <= given | {"util-linux"}


def test_debian_builds_what_differs_by_machine_without_the_pages_tools():
    """dh loads what --with names in any case; Build-Depends-Indep is not there on a machine that builds for its kind alone."""
    control = (TOP / "debian/control").read_text()
    (needs,) = re.findall(r"(?ms)^Build-Depends: (.*?)^\S", control)
    for addon in re.findall(r"--with[ =](\S+)", (TOP / "debian/rules").read_text()):
        assert f"dh-sequence-{addon}" in needs, addon
    assert "dh-sequence-sphinxdoc" in control.split("Build-Depends-Indep: ")[1].split("\n")[0]


def test_debian_has_the_version():
    assert (TOP / "debian/changelog").read_text().startswith(f"mavis ({VERSION}) ")


def test_debian_cleans_its_own_folder_alone(tmp_path):
    """Who builds the package in a checkout has more in build/."""
    rules = (TOP / "debian/rules").read_text()
    (tmp_path / "debian/build").mkdir(parents=True)
    (tmp_path / "build/deps").mkdir(parents=True)
    (tmp_path / "debian/rules").write_text(re.sub("(?m)^include .*", "", rules))
    run("make", "-f", "debian/rules", "override_dh_auto_clean", cwd=tmp_path)
    assert (tmp_path / "build/deps").exists() and not (tmp_path / "debian/build").exists()
