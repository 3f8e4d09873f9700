package io.vmfactory.configs;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tomlj.Toml;

/**
 * Writes a configuration as TOML with every key. Reading that text gives an equal configuration.
 */
public final class ConfigWriter {
  private final StringBuilder out = new StringBuilder();

  private ConfigWriter() {}

  /** Returns the TOML of {@code config}. */
  public static String toToml(VmFactoryConfig config) {
    ConfigWriter writer = new ConfigWriter();
    writer.daemon(config.daemon());
    writer.qemu(config.qemu());
    writer.factory(config.factory());
    writer.leases(config.leases());
    writer.pool(config.pool());
    writer.metrics(config.metrics());
    writer.runtime(config.runtime());
    return writer.out.toString();
  }

  private void daemon(DaemonConfig daemon) {
    table("daemon");
    text("state_dir", daemon.stateDir().toString());
    text("run_dir", daemon.runDir().toString());
    text("socket_group", daemon.socketGroup());
    text("default_deadline", Units.text(daemon.defaultDeadline()));
    bare("workers", daemon.workers());
    bare("max_vms", daemon.maxVms());
    text("admin_group", daemon.users().adminGroup());
    bare("max_vms_per_user", daemon.users().maxVms());
    bare("max_memory_per_user", daemon.users().maxMemoryMib());
    bare("max_requests_per_user", daemon.users().maxRequests());
    bare("max_requests_per_second_per_user", daemon.users().requestsPerSecond());
    bare("max_template_disk_per_user", daemon.users().maxTemplatesMib());
  }

  private void qemu(QemuConfig qemu) {
    Path path = qemu.path();
    table("hypervisor.qemu");
    text("path", path == null ? "" : path.toString());
    text("kernel", qemu.kernel().toString());
    text("initrd", qemu.initrd().toString());
    text("kernel_params", String.join(" ", qemu.kernelParams()));
    text("machine_type", qemu.machine().type());
    text("machine_accelerators", qemu.machine().accelerators());
    text("cpu_model", qemu.machine().cpuModel());
    text("accelerator", qemu.accelerator());
    bare("default_vcpus", qemu.defaultSize().vcpus());
    bare("default_maxvcpus", qemu.maxSize().vcpus());
    bare("default_memory", qemu.defaultSize().memoryMib());
    bare("default_maxmemory", qemu.maxSize().memoryMib());
    bare("memory_slots", qemu.memorySlots());
    bare("drive_slots", qemu.devices().driveSlots());
    bare("read_only_drive_slots", qemu.devices().readOnlyDriveSlots());
    bare("hotplug_ports", qemu.devices().hotplugPorts());
    bare("nic_slots", qemu.devices().nicSlots());
    text("drive_slot_size", Units.text(qemu.devices().driveSlotBytes()));
    QemuConfig.DriveLimits drives = qemu.driveLimits();
    bare("drive_mib_per_second", drives.mibPerSecond());
    bare("drive_requests_per_second", drives.requestsPerSecond());
    bare("max_overlays", drives.overlaysMib());
    bare("max_overlays_per_vm", drives.overlaysMibPerVm());
    text("isolation", qemu.isolation().mode().name().toLowerCase(Locale.ROOT));
    bare("first_vm_user", qemu.isolation().firstUser());
    bare("vm_users", qemu.isolation().users());
    QemuConfig.Groups groups = qemu.isolation().groups();
    text("control_groups", groups.mode().name().toLowerCase(Locale.ROOT));
    text("cgroup_parent", groups.parent());
    text("system_calls", qemu.isolation().systemCalls().name().toLowerCase(Locale.ROOT));
  }

  private void factory(FactoryConfig factory) {
    table("factory");
    bare("enable_template", factory.enableTemplate());
    text("template_path", factory.templatePath().toString());
    text("template_cache", Units.text(factory.templateCacheBytes()));
    bare("routes", list(factory.routes()));
    text("answer_limit", Units.text(factory.answerLimit()));
  }

  private void leases(LeaseConfig leases) {
    table("lease");
    text("default_ttl", Units.text(leases.defaultTtl()));
    text("max_ttl", Units.text(leases.maxTtl()));
    text("suspended_ttl", Units.text(leases.suspended().defaultTtl()));
    text("max_suspended_ttl", Units.text(leases.suspended().maxTtl()));
  }

  private void pool(PoolConfig pool) {
    table("pool");
    count("vm_cache_number", pool.warm());
    bare("min_warm", pool.bounds().min());
    bare("max_warm", pool.bounds().max());
    count("shell_number", pool.shells());
    bare("hit_target", pool.demand().hitTarget());
    text("demand_half_life", Units.text(pool.demand().halfLife()));
    text("memory_budget", Units.text(pool.memoryBudgetBytes()));
    text("warm_ttl", Units.text(pool.upkeep().warmTtl()));
    text("health_interval", Units.text(pool.upkeep().healthInterval()));
    text("probe_interval", Units.text(pool.upkeep().probeInterval()));
    text("roll_over", pool.rollOver().word());
    bare("restores_at_once", pool.restoresAtOnce());
    bare("max_waiting", pool.maxWaiting());
    pool.named()
        .forEach(
            (name, kept) -> {
              out.append("\n[[pool.template]]\n");
              text("name", name);
              count("warm", kept.warm());
              count("shells", kept.shells());
            });
  }

  private void count(String key, PoolConfig.Count count) {
    bare(key, count instanceof PoolConfig.Fixed fixed ? fixed.count() : quoted("auto"));
  }

  private void metrics(MetricsConfig metrics) {
    table("metrics");
    bare("port", metrics.port());
  }

  private void runtime(RuntimeConfig runtime) {
    table("runtime");
    bare("enable_template", runtime.enableTemplate());
    text("on_factory_down", runtime.onFactoryDown().word());
    text("factory_socket", runtime.factorySocket().toString());
    text("sandbox_dir", runtime.sandboxDir().toString());
    text("image_dir", runtime.imageDir().toString());
    text("image_cache", Units.text(runtime.imageCacheBytes()));
    text("rootfs_size", Units.text(runtime.rootfsBytes()));
  }

  private void table(String name) {
    out.append(out.isEmpty() ? "[" : "\n[").append(name).append("]\n");
  }

  private void text(String key, String value) {
    bare(key, quoted(value));
  }

  private void bare(String key, Object value) {
    out.append(key).append(" = ").append(value).append('\n');
  }

  private static String list(List<String> values) {
    return values.stream().map(ConfigWriter::quoted).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String quoted(String value) {
    return "\"" + Toml.tomlEscape(value) + "\"";
  }
}
