# Shared by the checks with podman. Sourced after checks.sh, with the configuration in $config: podman with folders of its own
# in $work, the runtime service, and an image "busy" in $work/image.tar.

service_pid=
stop_service() {
  [ -n "$service_pid" ] || return 0
  kill "$service_pid" 2>/dev/null
  wait "$service_pid" 2>/dev/null
}
unmounted() { awk -v w="$work/" 'index($5, w) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r place; do umount -l "$place"; done; }
trap 'p rm -fa >/dev/null 2>&1; stop_service; stop_daemon; unmounted; rm -rf "$work"' EXIT

# --- podman's own folders, and a runtime that knows where the service is
mkdir "$work/podman"
cat >"$work/podman/storage.conf" <<CONF
[storage]
driver = "overlay"
runroot = "$work/podman/run"
graphroot = "$work/podman/root"
CONF
# Locks in files of its own folder, and no control groups for conmon: neither would be removed at the end.
printf '[containers]\ncgroups = "no-conmon"\n[engine]\nlock_type = "file"\n' >"$work/podman/containers.conf"
printf '#!/bin/sh\nexec env VMFACTORY_ENGINE_SOCKET=%s %s "$@"\n' "$work/run/sandboxes/.service/engine.sock" "$top/dist/bin/vmfactory-oci" >"$work/vmfactory-oci"
chmod +x "$work/vmfactory-oci"
left=$(ls -d /dev/shm/libpod* /sys/fs/cgroup/*/libpod* 2>/dev/null)
# p ARGS...: podman.
p() {
  timeout --foreground 120 env CONTAINERS_STORAGE_CONF="$work/podman/storage.conf" CONTAINERS_CONF="$work/podman/containers.conf" \
    podman --root "$work/podman/root" --runroot "$work/podman/run" --tmpdir "$work/podman/tmp" \
    --cgroup-manager cgroupfs --events-backend file --runtime "$work/vmfactory-oci" "$@"
}
run() { p run --network none "$@"; }
logged() { timeout 60 sh -c 'tail -n +1 -F "$1" 2>/dev/null | grep -q -m 1 "$2"' - "$@"; }

rootfs=$work/rootfs
mkdir -p "$rootfs"/{bin,dev,proc,sys,tmp,etc,run,src}
cp /bin/busybox "$rootfs/bin/"
for applet in sh echo cat sleep stty id env ls touch true hostname ip httpd wget mkdir grep awk xargs readlink; do ln -s busybox "$rootfs/bin/$applet"; done
echo root:x:0:0:root:/:/bin/sh >"$rootfs/etc/passwd"
tar -C "$rootfs" -c . >"$work/image.tar"
