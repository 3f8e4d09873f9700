package io.vmfactory.configs;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Reads the configuration records from a {@link Document}. Holds the names, defaults and ranges of
 * all keys except those of {@link PoolReader} and {@link RuntimeReader}.
 */
final class ConfigReader {
  /** The kernel's limit on the path of a socket: {@code sun_path} less its NUL, see unix(7). */
  private static final int MAX_SOCKET_PATH_BYTES = 107;

  /** The longest path of a socket below run_dir; a VM's folder is named by 32 hex digits. */
  private static final String LONGEST_SOCKET = "vm/" + "0".repeat(32) + "/agent.3.sock";

  private static final List<String> ROUTES = List.of("WARM", "SHELL", "TEMPLATE", "COLD");
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration SHORTEST_ANSWER = Duration.ofMillis(100);
  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration YEAR = Duration.ofDays(365);
  private static final long MIB = 1L << 20;
  private static final int MAX_MEMORY_MIB = 1 << 20;
  private static final int MAX_VMS = 65536;
  private static final int MAX_RATE = 1_000_000;
  private static final int MAX_REQUESTS = 10_000_000;
  private static final int MAX_PORT = 65535;

  /**
   * From here to 2^31 - 1 systemd and container tools leave the ids to others; see systemd's
   * UIDS-GIDS.md.
   */
  private static final int FIRST_USER = 1_879_048_192;

  private static final int USERS = 1 << 24;
  private static final int LAST_USER = Integer.MAX_VALUE - USERS;

  /** A name of a control group does not begin with a dot, so no path leads upwards. */
  private static final String GROUP_PATH = "|(/[A-Za-z0-9_@:-][A-Za-z0-9_@:.-]*)+";

  private static final String WORD = "[A-Za-z0-9][A-Za-z0-9._+,=:-]*";

  private final Document document;
  private final Surroundings surroundings;

  ConfigReader(Document document, Surroundings surroundings) {
    this.document = document;
    this.surroundings = surroundings;
  }

  /** Returns the configuration. The document's problems say what was wrong with it. */
  VmFactoryConfig read() {
    DaemonConfig daemon = daemon(document.section("daemon"));
    QemuConfig qemu = qemu(document.section("hypervisor", "qemu"));
    FactoryConfig factory = factory(document.section("factory"), daemon.stateDir());
    LeaseConfig leases = leases(document.section("lease"));
    PoolConfig pool = new PoolReader(document.section("pool")).read();
    MetricsConfig metrics =
        new MetricsConfig(document.section("metrics").number("port", 0, 0, MAX_PORT));
    RuntimeConfig runtime =
        new RuntimeReader(document.section("runtime"), daemon, surroundings).read();
    document.reportUnknown();
    return new VmFactoryConfig(daemon, qemu, factory, leases, pool, metrics, runtime);
  }

  private DaemonConfig daemon(Section section) {
    var daemon =
        new DaemonConfig(
            section.path("state_dir", surroundings.stateDir()),
            section.path("run_dir", surroundings.runDir()),
            group(section, "socket_group"),
            section.duration("default_deadline", MINUTE, SECOND, Duration.ofHours(1)),
            section.number("workers", 384, 1, 4096),
            section.number("max_vms", 256, 1, MAX_VMS),
            users(section));
    Path longest = daemon.runDir().resolve(LONGEST_SOCKET);
    int length = longest.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_SOCKET_PATH_BYTES) {
      section.problem(
          "daemon.run_dir is too long: %s/%s has %d bytes, but the path of a socket may have %d"
              .formatted(daemon.runDir(), "vm/<id>/agent.3.sock", length, MAX_SOCKET_PATH_BYTES),
          "run_dir");
    }
    return daemon;
  }

  private static UsersConfig users(Section section) {
    return new UsersConfig(
        group(section, "admin_group"),
        section.number("max_vms_per_user", 0, 0, MAX_VMS),
        section.number("max_memory_per_user", 0, 0, Integer.MAX_VALUE),
        section.number("max_requests_per_user", UsersConfig.DEFAULT_REQUESTS, 1, 4096),
        section.number("max_requests_per_second_per_user", UsersConfig.DEFAULT_RATE, 0, MAX_RATE),
        section.number(
            "max_template_disk_per_user", UsersConfig.DEFAULT_TEMPLATES_MIB, 0, Integer.MAX_VALUE));
  }

  private static String group(Section section, String key) {
    return section.text(key, "", "|[a-z_][a-z0-9_-]{0,31}", "a group's name, or empty");
  }

  private QemuConfig qemu(Section section) {
    QemuConfig.Size size = size(section, "default_vcpus", 1, "default_memory", 256);
    QemuConfig.Size max = size(section, "default_maxvcpus", 4, "default_maxmemory", 2048);
    sayWhatZeroMeans(section, "default_maxvcpus", "default_maxmemory");
    atLeast(section, "default_maxvcpus", max.vcpus(), "default_vcpus", size.vcpus());
    atLeast(section, "default_maxmemory", max.memoryMib(), "default_memory", size.memoryMib());
    return new QemuConfig(
        section.pathOrNone("path"),
        section.path("kernel", surroundings.guestFile("vmlinuz")),
        section.path("initrd", surroundings.guestFile("initrd")),
        size,
        max,
        section.number("memory_slots", 4, 0, 32),
        machine(section),
        section.text("accelerator", "auto", "auto|kvm|tcg", "\"auto\", \"kvm\" or \"tcg\""),
        section.blankSeparated("kernel_params"),
        devices(section),
        isolation(section),
        driveLimits(section));
  }

  private static QemuConfig.DriveLimits driveLimits(Section section) {
    return new QemuConfig.DriveLimits(
        section.number("drive_mib_per_second", 0, 0, MAX_MEMORY_MIB),
        section.number("drive_requests_per_second", 0, 0, MAX_REQUESTS),
        section.number("max_overlays", 0, 0, Integer.MAX_VALUE),
        section.number("max_overlays_per_vm", 0, 0, Integer.MAX_VALUE));
  }

  private QemuConfig.Isolation isolation(Section section) {
    return new QemuConfig.Isolation(
        protection(section, "isolation"),
        surroundings.program("vmfactory-jailer"),
        section.number("first_vm_user", FIRST_USER, 1000, LAST_USER),
        section.number("vm_users", USERS, 1, USERS),
        new QemuConfig.Groups(
            protection(section, "control_groups"),
            section.text("cgroup_parent", "", GROUP_PATH, "a path such as /machines, or empty")),
        protection(section, "system_calls"));
  }

  private static QemuConfig.Isolation.Mode protection(Section section, String key) {
    String mode =
        section.text(key, "auto", "auto|required|none", "\"auto\", \"required\" or \"none\"");
    return QemuConfig.Isolation.Mode.valueOf(mode.toUpperCase(Locale.ROOT));
  }

  /** Kata reads 0 as "as much as the host has"; a template has to be the same on every start. */
  private static void sayWhatZeroMeans(Section section, String... keys) {
    for (String key : keys) {
      if (section.isZero(key)) {
        section.problem(
            "hypervisor.qemu."
                + key
                + ": 0 does not mean \"all that the host has\" here; write a"
                + " number",
            key);
      }
    }
  }

  private static QemuConfig.Devices devices(Section section) {
    return new QemuConfig.Devices(
        section.number("drive_slots", 4, 0, 16),
        section.number("read_only_drive_slots", 2, 0, 16),
        section.number("hotplug_ports", 2, 0, 8),
        section.number("nic_slots", 0, 0, 4),
        section.bytes("drive_slot_size", 64L << 30, MIB, MAX_MEMORY_MIB * MIB));
  }

  private static QemuConfig.Machine machine(Section section) {
    return new QemuConfig.Machine(
        section.text("machine_type", "q35", WORD, "a QEMU machine type"),
        section.text("machine_accelerators", "", "|" + WORD, "options separated by commas"),
        section.text("cpu_model", "", "|" + WORD, "a QEMU CPU model, or empty"));
  }

  private static QemuConfig.Size size(
      Section section, String vcpusKey, int vcpus, String memoryKey, int memoryMib) {
    return new QemuConfig.Size(
        section.number(vcpusKey, vcpus, 1, 240),
        section.number(memoryKey, memoryMib, QemuConfig.Size.LEAST_MEMORY_MIB, MAX_MEMORY_MIB));
  }

  private static FactoryConfig factory(Section section, Path stateDir) {
    var factory =
        new FactoryConfig(
            section.flag("enable_template", true),
            section.path("template_path", stateDir.resolve("templates")),
            section.bytes("template_cache", 1024 * MIB, 64 * MIB, MAX_MEMORY_MIB * MIB),
            section.words("routes", ROUTES, ROUTES),
            section.duration("answer_limit", ANSWER, SHORTEST_ANSWER, MINUTE));
    if (!factory.enableTemplate() && !factory.routes().contains("COLD")) {
      section.problem(
          "factory.routes names only routes that need a template, but factory.enable_template is"
              + " false: add COLD",
          "routes",
          "enable_template");
    }
    return factory;
  }

  private static LeaseConfig leases(Section section) {
    var leases =
        new LeaseConfig(
            section.duration("default_ttl", MINUTE, SECOND, YEAR),
            section.duration("max_ttl", Duration.ofDays(1), SECOND, YEAR),
            new LeaseConfig.Suspended(
                section.duration("suspended_ttl", Duration.ofDays(1), SECOND, YEAR),
                section.duration("max_suspended_ttl", Duration.ofDays(30), SECOND, YEAR)));
    notBelow(section, "max_ttl", leases.maxTtl(), "default_ttl", leases.defaultTtl());
    LeaseConfig.Suspended suspended = leases.suspended();
    notBelow(
        section, "max_suspended_ttl", suspended.maxTtl(), "suspended_ttl", suspended.defaultTtl());
    return leases;
  }

  private static void notBelow(
      Section section, String key, Duration most, String lowerKey, Duration least) {
    if (most.compareTo(least) < 0) {
      section.problem(
          "lease.%s (%s) is below lease.%s (%s)"
              .formatted(key, Units.text(most), lowerKey, Units.text(least)),
          key,
          lowerKey);
    }
  }

  private static void atLeast(Section section, String key, int value, String lowerKey, int lower) {
    if (value < lower) {
      section.problem(
          "hypervisor.qemu.%s (%d) is below hypervisor.qemu.%s (%d)"
              .formatted(key, value, lowerKey, lower),
          key,
          lowerKey);
    }
  }
}
