"""What crun's tests use of libmount's Python module, which Debian 12 does not have."""


class _Mount:
    def __init__(self, fields):
        tail = fields[fields.index("-") + 1 :]
        self.vfs_options = fields[5]
        self.fs_options = tail[2]


class Table:
    """The lines of a file that is like /proc/self/mountinfo."""

    def __init__(self, path):
        with open(path) as file:
            lines = [line.split() for line in file if " - " in line]
        self._mounts = {fields[4]: _Mount(fields) for fields in lines}

    def find_target(self, target):
        return self._mounts[target]
