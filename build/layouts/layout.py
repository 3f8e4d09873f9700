"""Random OCI image layouts. The same seed makes the same ones."""

import hashlib
import io
import json
import os
import random
import subprocess
import tarfile
import tempfile

LAYER = "application/vnd.oci.image.layer.v1.tar"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
NAMES = ["a", "b c", "ü", "-x", "n\nl", "q\"'\\", "*", ".hidden", "...", "x" * 250, "\udcff\udcfe", "wh.", "Icon\r", "%2f", "$HOME"]
MODES = [0o644, 0o600, 0o755, 0o4755, 0o2711, 0o1777, 0o000, 0o7777]
IDS = [0, 1, 1000, 65534, 70000, 2**31 - 1]
SIZES = [0, 1, 4095, 4096, 4097, 70000, 300000]
TIMES = [0, 1, 1_600_000_000, 1_600_000_000.75, 2**31 + 5, 253402300]
DEVICES = [(1, 3), (8, 0), (8, 70000), (4095, 255), (259, 1048575)]
TARGETS = ["a", "/etc/passwd", "../../..", "/no/such", ".", "t/" * 29 + "t", "t/" * 30, "l/" * 700]
PASSWD = "root:x:0:0:root:/root:/bin/sh\nann:x:1000:100::/home/ann:\nbob:x:70000:70000::/:\n1234:x:77:78::/:\nbroken\n::::\n"
GROUP = "root:x:0:\nusers:x:100:ann\nstaff:x:50:ann,bob\nwheel:x:10:root,ann\n500:x:501:\nbroken\n"


class Layer:
    """One layer: entries of a tar archive, in order."""

    def __init__(self, form):
        self.file = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.file, mode="w", format=form, errors="surrogateescape")

    def add(self, path, kind=tarfile.REGTYPE, data=b"", **values):
        info = tarfile.TarInfo(path)
        info.type = kind
        info.size = len(data)
        for name, value in values.items():
            setattr(info, name, value)
        self.tar.addfile(info, io.BytesIO(data))

    def bytes(self):
        self.tar.close()
        return self.file.getvalue()


class Tree:
    """Makes layers. Knows which paths exist, so that later layers replace and remove some."""

    def __init__(self, dice, probe):
        self.dice = dice
        self.probe = probe
        self.folders = {""}
        self.files = set()

    def metadata(self, folder=False):
        dice = self.dice
        attributes = {}
        if dice.random() < 0.2:
            # not empty: the tar of the language Go leaves those out
            attributes["SCHILY.xattr.user." + dice.choice(["a", "b.c", "ü"])] = dice.choice(["v", "x y", "ü" * 40])
        mode = dice.choice([0o755, 0o700, 0o1777, 0o2755, 0o555]) if folder else dice.choice(MODES)
        return dict(mode=mode, uid=dice.choice(IDS), gid=dice.choice(IDS), mtime=dice.choice(TIMES), pax_headers=attributes)

    def base(self):
        layer = Layer(tarfile.PAX_FORMAT)
        for folder in ["etc", "proc", "sys", "dev", "run", "tmp", "home", "home/ann", "usr", "usr/bin"]:
            layer.add(folder + "/", tarfile.DIRTYPE, mode=0o755, mtime=7)
        links = self.dice.random() < 0.3
        layer.add("etc/real-passwd" if links else "etc/passwd", data=PASSWD.encode(), mode=0o644, mtime=7)
        if links:
            # relative: umoci follows an absolute one on the host
            layer.add("etc/passwd", tarfile.SYMTYPE, linkname="real-passwd", mtime=7)
        layer.add("etc/group", data=GROUP.encode(), mode=0o644, mtime=7)
        layer.add("probe", data=self.probe, mode=0o755, mtime=7)
        layer.add("implied/folder/file", data=b"x", mtime=7)
        layer.add("bin", tarfile.SYMTYPE, linkname="usr/bin", mtime=7)
        layer.add("usr/bin/prog", tarfile.SYMTYPE, linkname="/probe", mtime=7)
        return layer.bytes()

    def place(self):
        """Returns a path in an existing folder."""
        folder = self.dice.choice(sorted(self.folders))
        return (folder + "/" if folder else "data-") + self.dice.choice(NAMES)

    def forget(self, path):
        self.files = {p for p in self.files if p != path and not p.startswith(path + "/")}
        self.folders = {p for p in self.folders if p != path and not p.startswith(path + "/")}

    def random_layer(self, remove):
        dice = self.dice
        layer = Layer(tarfile.PAX_FORMAT)
        for _ in range(dice.randint(1, 4) if remove else 0):
            self.whiteout(layer)
        for _ in range(dice.randint(4, 14)):
            path = self.place()
            if path in self.folders or len(path) > 900:
                continue
            self.forget(path)
            dice.choice([self.file, self.file, self.folder, self.folder, self.link, self.hard, self.special])(layer, path)
        return layer.bytes()

    def whiteout(self, layer):
        gone = self.dice.choice(sorted(self.files | self.folders - {""}) or ["none"])
        folder, _, name = gone.rpartition("/")
        prefix = folder + "/" if folder else ""
        if gone in self.folders and self.dice.random() < 0.4:
            layer.add(gone + "/.wh..wh..opq")
            self.forget(gone)
            self.folders.add(gone)
        else:
            if len(name) > 250:
                return
            layer.add(prefix + ".wh." + name)
            self.forget(gone)

    def file(self, layer, path):
        layer.add(self.dice.choice(["", "./"]) + path, data=self.dice.randbytes(self.dice.choice(SIZES)), **self.metadata())
        self.files.add(path)

    def folder(self, layer, path):
        layer.add(path + self.dice.choice(["", "/"]), tarfile.DIRTYPE, **self.metadata(folder=True))
        self.folders.add(path)

    def link(self, layer, path):
        values = self.metadata()
        values["pax_headers"] = {}
        layer.add(path, tarfile.SYMTYPE, linkname=self.dice.choice(TARGETS), **values)
        self.files.add(path)

    def hard(self, layer, path):
        if not self.files:
            return self.file(layer, path)
        layer.add(path, tarfile.LNKTYPE, linkname=self.dice.choice(sorted(self.files)))
        self.files.add(path)

    def special(self, layer, path):
        kind = self.dice.choice([tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE])
        number = self.dice.choice(DEVICES)
        values = self.metadata()
        values["pax_headers"] = {}
        layer.add(path, kind, devmajor=number[0], devminor=number[1], **values)
        self.files.add(path)

    def sparse_layer(self):
        """Returns a layer of files with holes, in one of GNU tar's formats, and the same without them."""
        with tempfile.TemporaryDirectory() as work:
            for i in range(3):
                with open(os.path.join(work, f"sparse-{i}"), "wb") as file:
                    for _ in range(self.dice.randint(0, 12)):
                        file.seek(self.dice.randrange(1 << 22) // 4096 * 4096)
                        file.write(self.dice.randbytes(self.dice.choice([1, 4096, 5000])))
                    file.truncate(max(file.tell(), self.dice.randrange(1 << 23)))
            os.chmod(work, 0o755)
            form = self.dice.choice(["gnu", "posix"])
            return gnu_tar(work, "-S", f"--format={form}"), gnu_tar(work)


def gnu_tar(folder, *options):
    whole = ["tar", *options, "--sort=name", "--mtime=@5", "--owner=3", "--group=4", "-cC", folder, "."]
    return subprocess.run(whole, check=True, capture_output=True).stdout


def metadata(dice):
    """Returns the config of an image, as `docker inspect` shows it."""
    config = {}
    first = dice.choice([["/probe"], ["prog"], ["/bin/prog", "a b", ""], ["probe"]])
    more = dice.choice([None, [], ["x"], ["x y", "", "ü", "$A", "-h", "--", "@f"]])
    if dice.random() < 0.5:
        config["Entrypoint"] = first
        config["Cmd"] = more
    else:
        config["Cmd"] = first + (more or [])
        config["Entrypoint"] = dice.choice([None, []])
    env = dice.sample(["A=1", "B=", "A=2", "C=x=y", "D=ü", "HOME=/nowhere", "E=a b\nc", "USER=u", "TERM=dumb"], dice.randint(0, 6))
    config["Env"] = [dice.choice(["PATH=/bin:/", "PATH=/none:/usr/bin:/"])] + env + dice.choice([[], ["EXIT=3"]])
    config["WorkingDir"] = dice.choice(["", "/", "/tmp", "/home/../tmp/", "/made/for/it", "tmp", "home/ann", "/bin"])
    config["User"] = dice.choice(
        ["", "", "", "0", "1000", "ann", "bob:staff", "ann:12", "12:users", "70001", ":50", "1234", "77", "500:500", "0:0"])
    config["Labels"] = {"l": "x"}
    config["StopSignal"] = "SIGQUIT"
    config["Volumes"] = {"/tmp": {}}
    return config


class Layout:
    """A layout in a folder, written by hand: blobs and an index."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(os.path.join(folder, "blobs/sha256"))
        with open(os.path.join(folder, "oci-layout"), "w", encoding="ascii") as file:
            file.write('{"imageLayoutVersion": "1.0.0"}')
        self.manifests = []

    def blob(self, data, kind, **more):
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.join(self.folder, "blobs/sha256", digest), "wb") as file:
            file.write(data)
        return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data), **more}

    def json(self, value, kind, **more):
        return self.blob(json.dumps(value).encode(), kind, **more)

    def add(self, name, layers, config, packings):
        whole = {
            "architecture": "amd64", "os": "linux", "config": config,
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers]}}
        described = [self.blob(pack(layer, how), LAYER + how) for layer, how in zip(layers, packings)]
        manifest = {
            "schemaVersion": 2, "mediaType": MANIFEST, "layers": described,
            "config": self.json(whole, "application/vnd.oci.image.config.v1+json")}
        self.manifests.append(self.json(manifest, MANIFEST, annotations={"org.opencontainers.image.ref.name": name}))

    def add_attestation(self):
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "layers": [], "config": self.json({}, "application/vnd.in-toto+json")}
        self.manifests.append(self.json(manifest, MANIFEST, platform={"architecture": "unknown", "os": "unknown"}))

    def write(self):
        with open(os.path.join(self.folder, "index.json"), "w", encoding="ascii") as file:
            json.dump({"schemaVersion": 2, "manifests": self.manifests}, file)


def pack(data, how):
    program = {"": None, "+gzip": ["gzip", "-nc"], "+zstd": ["zstd", "-qc"]}[how]
    return data if program is None else subprocess.run(program, input=data, check=True, capture_output=True).stdout


def make(seed, probe, ours, theirs):
    """Makes a layout of several images in the folder `ours`, and the same with layers that every tool reads in `theirs`.

    Returns the name and the variables of each image.
    """
    dice = random.Random(seed)
    mine, plain = Layout(ours), Layout(theirs)
    images = []
    for name in ["one", "two", "v1.2-x"][: dice.randint(1, 3)]:
        tree = Tree(dice, probe)
        layers = [tree.base()]
        layers += [tree.random_layer(remove=i > 0) for i in range(dice.randint(1, 4))]
        read_by_all = list(layers)
        if dice.random() < 0.4:
            sparse, whole = tree.sparse_layer()
            layers.append(sparse)
            read_by_all.append(whole)
        config = metadata(dice)
        mine.add(name, layers, config, [dice.choice(["", "+gzip", "+zstd"]) for _ in layers])
        # Engines take a user that is not given for root, with its groups; umoci leaves the groups out.
        plain.add(name, read_by_all, {**config, "User": config["User"] or "0"}, ["+gzip"] * len(layers))
        if dice.random() < 0.3:
            mine.add_attestation()
        images.append((name, config["Env"]))
    mine.write()
    plain.write()
    return images
