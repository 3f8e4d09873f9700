# Prints what a process of a container sees and may do, in sections. Harmless also with the rights of the host's root.
exec 2>&1
try() {
  said=$("$@" 2>&1)
  code=$?
  echo "$*:" $said $code
}
echo '== status'
cat /proc/self/status
echo '== limits'
cat /proc/self/limits
echo '== mountinfo'
cat /proc/self/mountinfo
echo '== cgroup'
cat /proc/self/cgroup
echo '== environment'
cat /proc/$$/environ 2>/dev/null || echo '(not readable)'
echo
echo '== place'
pwd
readlink /proc/self/root
echo '== ids'
cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups
echo '== process'
read -r pid name state parent group session terminal rest </proc/$$/stat
echo "parent $parent, terminal $terminal, leads its group: $((group == pid)), its session: $((session == pid))"
echo "score $(cat /proc/self/oom_score_adj), personality $(cat /proc/self/personality)"
echo "priority, policy: $(cut -d' ' -f18,19,40,41 /proc/self/stat), slack $(cat /proc/self/timerslack_ns)"
echo "descriptors" $(ls /proc/self/fd)
echo '== names'
hostname
cat /proc/sys/kernel/domainname
echo '== parameters'
for key in net/core/somaxconn net/ipv4/ping_group_range kernel/shm_rmid_forced kernel/msgmax fs/mqueue/msg_max; do
  echo "$key $(cat /proc/sys/$key)"
done
echo '== files'
stat -c '%N %F %a %u:%g %t:%T' / /bin /tmp /proc /sys /dev /dev/* /dev/*/* /m /m/*
echo '== rights'
try touch /made
try touch /dev/made
try touch /tmp/made
try touch /m/one/made
try touch /sys/made
try touch /proc/sys/kernel/ostype
try chmod 751 /tmp/made
try mkdir /tmp/dir
try chown 1:1 /tmp/made
try mknod /tmp/null c 1 3
try head -c 1 /tmp/null
try mknod /tmp/mem c 1 1
try head -c 1 /tmp/mem
try head -c 1 /dev/null
try head -c 1 /proc/kcore
try cat /proc/keys
try ls /proc/acpi
try ls /sys/firmware
try chroot / /bin/true
try nice -n -5 true
try kill -0 1
try stat -c '%a %u:%g' /made /tmp/made /tmp/dir
rm -f /made /dev/made /tmp/made /tmp/null /tmp/mem /m/one/made
rmdir /tmp/dir
echo '== end'
