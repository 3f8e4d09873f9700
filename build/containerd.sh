# Shared by the checks with containerd. Sourced after checks.sh, with the configuration in $config: a containerd of the test's
# own in $work/c, the runtime service, and the image "vmf.test/busy:1" in $work/image.tar.

service_pid='' containerd_pid=''
end() { [ -z "$1" ] || { kill "$1" && wait "$1"; } 2>/dev/null; }
# The processes of this containerd's shims, also of one that a failed test has left.
forsaken() { pgrep -f -- "-address $sock "; }
unmounted() { awk -v w="$work/" 'index($5, w) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r place; do umount -l "$place"; done; }
trap 'forsaken | xargs -r kill -9; end "$containerd_pid"; end "$service_pid"; stop_daemon; unmounted; rm -rf "$work"' EXIT

# --- containerd's own folders; it finds the shim on its PATH, and the shim the service by its environment
sock=$work/c/containerd.sock
engine=$work/run/sandboxes/.service/engine.sock
mkdir -p "$work/c/fifo"
# configure_containerd: its configuration; standard input has more of it.
configure_containerd() {
  cat - >"$work/c/config.toml" <<TOML
version = 2
root = "$work/c/root"
state = "$work/c/state"
$(cat)
[grpc]
address = "$sock"
[plugins."io.containerd.internal.v1.opt"]
path = "$work/c/opt"
TOML
}
start_containerd() {
  VMFACTORY_ENGINE_SOCKET=$engine PATH=$top/dist/bin:$PATH containerd --config "$work/c/config.toml" >>"$work/containerd.log" 2>&1 &
  containerd_pid=$!
  timeout 60 sh -c 'until ctr -a "$1" version >/dev/null 2>&1; do sleep 0.2; done' - "$sock"
}
kill_daemon() { kill -9 "$daemon_pid"; wait "$daemon_pid" 2>/dev/null; true; }
kill_containerd() { kill -9 "$containerd_pid"; wait "$containerd_pid" 2>/dev/null; true; }

image=vmf.test/busy:1
c() { timeout --foreground 120 ctr -a "$sock" "$@"; }
run() { c run --runtime io.containerd.vmfactory.v2 --fifo-dir "$work/c/fifo" "$@"; }
# A service that is killed while it takes a VM may leave a lease without a container, which expires.
no_leases() { timeout 120 bash -c "$(declare -f f); vmf=$vmf; config=$config; until f status --json | grep -q '\"leases\" : \[ \]'; do sleep 1; done"; }

# --- an image of two layers, as an archive
layer() { mkdir -p "$work/image/$1" && tar -C "$2" --numeric-owner -c . >"$work/image/$1/layer.tar" && sha256sum <"$work/image/$1/layer.tar" | cut -d' ' -f1; }
mkdir -p "$work/one"/{bin,dev,proc,sys,tmp,etc,run,src} "$work/two/etc"
cp /bin/busybox "$work/one/bin/"
for applet in sh echo cat sleep stty id env ls touch true hostname tail ps kill ip httpd wget mkdir grep; do ln -s busybox "$work/one/bin/$applet"; done
echo root:x:0:0:root:/:/bin/sh >"$work/one/etc/passwd"
echo one >"$work/one/etc/layer"
echo two >"$work/two/etc/layer"
one=$(layer 1 "$work/one") two=$(layer 2 "$work/two")
printf '{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin","A=b"],"Cmd":["sleep","100000"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s","sha256:%s"]}}' "$one" "$two" >"$work/image/config.json"
printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["1/layer.tar","2/layer.tar"]}]' "$image" >"$work/image/manifest.json"
tar -C "$work/image" -c . >"$work/image.tar"
