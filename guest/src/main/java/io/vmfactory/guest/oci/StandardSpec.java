package io.vmfactory.guest.oci;

import io.vmfactory.api.kata.Linux;
import io.vmfactory.api.kata.LinuxCapabilities;
import io.vmfactory.api.kata.LinuxDeviceCgroup;
import io.vmfactory.api.kata.LinuxNamespace;
import io.vmfactory.api.kata.LinuxResources;
import io.vmfactory.api.kata.POSIXRlimit;
import io.vmfactory.api.kata.Process;
import io.vmfactory.api.kata.Root;
import io.vmfactory.api.kata.Spec;
import java.util.List;

/**
 * Makes the specification that {@link OciSpec#standard()} returns.
 *
 * <p>The sandbox owns network, IPC and UTS, so there are no namespaces for them. As in Kata's
 * default, there is no seccomp filter. A filter protects the kernel, but this kernel belongs to the
 * VM and serves no other user. Compiling the filter would also slow the container's start
 * considerably.
 */
final class StandardSpec {
  static final OciSpec SPEC = new OciSpec(spec(), List.of());

  private StandardSpec() {}

  private static Spec spec() {
    return Spec.newBuilder()
        .setVersion("1.0.2")
        .setProcess(process())
        .setRoot(Root.newBuilder().setPath("rootfs"))
        .addAllMounts(mounts().stream().map(OciMount::proto).toList())
        .setLinux(linux())
        .build();
  }

  private static Process process() {
    return Process.newBuilder()
        .addArgs("sh")
        .addEnv("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .setCwd("/")
        .setCapabilities(capabilities())
        .addRlimits(
            POSIXRlimit.newBuilder().setType("RLIMIT_NOFILE").setSoft(1024).setHard(524_288))
        .build();
  }

  private static LinuxCapabilities capabilities() {
    List<String> names =
        List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FSETID",
            "CAP_FOWNER",
            "CAP_MKNOD",
            "CAP_NET_RAW",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETFCAP",
            "CAP_SETPCAP",
            "CAP_NET_BIND_SERVICE",
            "CAP_SYS_CHROOT",
            "CAP_KILL",
            "CAP_AUDIT_WRITE");
    return LinuxCapabilities.newBuilder()
        .addAllBounding(names)
        .addAllEffective(names)
        .addAllPermitted(names)
        .build();
  }

  private static List<OciMount> mounts() {
    return List.of(
        mount("/proc", "proc", "nosuid", "noexec", "nodev"),
        mount("/dev", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
        mount(
            "/dev/pts",
            "devpts",
            "nosuid",
            "noexec",
            "newinstance",
            "ptmxmode=0666",
            "mode=0620",
            "gid=5"),
        mount("/dev/shm", "tmpfs", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
        mount("/dev/mqueue", "mqueue", "nosuid", "noexec", "nodev"),
        mount("/sys", "sysfs", "nosuid", "noexec", "nodev", "ro"),
        mount("/sys/fs/cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"));
  }

  private static OciMount mount(String destination, String type, String... options) {
    return new OciMount(destination, type, type, List.of(options));
  }

  private static Linux linux() {
    // The runtime adds the usual devices (null, zero, random, tty, ...) to what is allowed.
    var noDevice = LinuxDeviceCgroup.newBuilder().setAllow(false).setAccess("rwm");
    return Linux.newBuilder()
        .setResources(LinuxResources.newBuilder().addDevices(noDevice))
        .addNamespaces(namespace("pid"))
        .addNamespaces(namespace("mount"))
        .addNamespaces(namespace("cgroup"))
        .addAllMaskedPaths(
            List.of(
                "/proc/acpi",
                "/proc/asound",
                "/proc/kcore",
                "/proc/keys",
                "/proc/latency_stats",
                "/proc/timer_list",
                "/proc/timer_stats",
                "/proc/sched_debug",
                "/proc/scsi",
                "/sys/firmware"))
        .addAllReadonlyPaths(
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"))
        .build();
  }

  private static LinuxNamespace namespace(String type) {
    return LinuxNamespace.newBuilder().setType(type).build();
  }
}
