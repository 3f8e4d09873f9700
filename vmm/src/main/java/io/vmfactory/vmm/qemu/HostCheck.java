package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.QemuConfig;
import io.vmfactory.configs.host.Ownership;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.Processes;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.Capability;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.groups.ControlGroups;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what this host can do for VMs; each answer is the result of a trial. The answer on KVM
 * costs up to a second. It is kept in a file, and the trial is repeated after a reboot or upgrade.
 */
public final class HostCheck {
  private static final Duration CONTROL_LIMIT = Duration.ofSeconds(10);
  private static final Path KVM = Path.of("/dev/kvm");
  private static final Path VHOST_VSOCK = Path.of("/dev/vhost-vsock");

  private final QemuConfig config;
  private final Path answers;
  private final Path device;

  /**
   * @param config which QEMU, machine, CPU and accelerator
   * @param answers where to keep the answer on KVM; its folder must exist
   */
  public HostCheck(QemuConfig config, Path answers) {
    this(config, answers, KVM);
  }

  /**
   * @param device a path to look for in place of {@code /dev/kvm}; QEMU still opens {@code
   *     /dev/kvm}
   */
  HostCheck(QemuConfig config, Path answers, Path device) {
    this.config = config;
    this.answers = answers;
    this.device = device;
  }

  /** Returns all capabilities. Never throws because one is missing. */
  public List<Capability> capabilities() {
    List<Capability> all = new ArrayList<>();
    try (Processes processes = new Processes()) {
      Trials trials = trials(processes);
      String version = QemuProgram.version(trials);
      all.add(Capability.yes("qemu", trials.program() + " " + version));
      all.add(sandbox(trials));
      all.addAll(new JailCheck(config.isolation()).capabilities(trials));
      all.add(new GroupCheck(config.isolation().groups()).check(trials));
      all.add(kvm(trials, version));
    } catch (VmmException | OsException e) {
      all.add(Capability.no("qemu", String.valueOf(e.getMessage())));
    }
    all.add(vsock());
    all.add(memory());
    return List.copyOf(all);
  }

  /**
   * Returns this host's hypervisor, with the accelerator that the configuration asks for.
   *
   * @throws VmmException with reason {@code UNUSABLE}; names what is missing and the remedy
   */
  public HypervisorInfo hypervisor() {
    return VmmException.translate(this::find);
  }

  private HypervisorInfo find() {
    try (Processes processes = new Processes()) {
      Trials trials = trials(processes);
      String version = QemuProgram.version(trials);
      Chosen chosen = choose(trials, version);
      return new HypervisorInfo(
          trials.program(), version, chosen.accelerator(), chosen.reason(), hostCpu());
    }
  }

  /**
   * Returns the jail that VMs run in, if there is one.
   *
   * @throws VmmException with reason {@code UNUSABLE} when one is required and cannot be made
   */
  JailCheck.Found jail() {
    try (Processes processes = new Processes()) {
      return new JailCheck(config.isolation()).jail(trials(processes));
    }
  }

  /**
   * Returns the control groups of VMs, if there are any.
   *
   * @param daemon the name of the daemon's group
   * @throws VmmException with reason {@code UNUSABLE} when they are required and cannot be made
   */
  Protected<ControlGroups> groups(String daemon) {
    try (Processes processes = new Processes()) {
      return new GroupCheck(config.isolation().groups()).groups(daemon, trials(processes));
    }
  }

  /** Returns what the drives of VMs may take, as configured. */
  DriveBounds driveBounds() {
    return DriveBounds.of(config.driveLimits());
  }

  private record Chosen(Accelerator accelerator, String reason) {}

  private Chosen choose(Trials trials, String version) {
    return switch (config.accelerator().toLowerCase(Locale.ROOT)) {
      case "tcg" -> new Chosen(Accelerator.TCG, "configured");
      case "kvm" -> insist(kvm(trials, version));
      case "auto" -> prefer(kvm(trials, version));
      default ->
          throw new VmmException(
              Reason.INVALID, "accelerator must be auto, kvm or tcg, not " + config.accelerator());
    };
  }

  private static Chosen insist(Capability kvm) {
    if (!kvm.usable()) {
      throw new VmmException(
          Reason.UNUSABLE,
          "KVM is configured but not usable: %s; set accelerator = \"auto\" or \"tcg\""
              .formatted(kvm.why()));
    }
    return new Chosen(Accelerator.KVM, "configured, and " + kvm.why());
  }

  private static Chosen prefer(Capability kvm) {
    return kvm.usable()
        ? new Chosen(Accelerator.KVM, "KVM works: " + kvm.why())
        : new Chosen(Accelerator.TCG, "no KVM, using TCG: " + kvm.why());
  }

  private Trials trials(Processes processes) {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    Path qemu = QemuProgram.find(config.path(), path);
    return new Trials(qemu, config.machine().type(), guard(), processes);
  }

  /** Returns the launcher, if there is one. JailCheck says why not. */
  private @Nullable Path guard() {
    try {
      return Ownership.requireInstalled(config.isolation().launcher());
    } catch (IOException e) {
      return null;
    }
  }

  private Capability sandbox(Trials trials) {
    Trials.Outcome outcome = control(trials);
    return outcome.passed()
        ? Capability.yes("seccomp", "a guest ran to its end in QEMU's sandbox")
        : Capability.no("seccomp", "QEMU cannot run a guest in its sandbox: " + outcome.said());
  }

  private Capability kvm(Trials trials, String version) {
    String cpu = config.machine().cpuModel().isEmpty() ? "host" : config.machine().cpuModel();
    String circumstances = String.join(" | ", bootId(), version, config.machine().type(), cpu);
    KvmAnswers kept = new KvmAnswers(answers);
    return kept.recall(circumstances)
        .orElseGet(
            () -> {
              long began = System.nanoTime();
              control(trials);
              Duration control = Duration.ofNanos(System.nanoTime() - began);
              var verdict = new KvmTrial(trials, device, cpu).run(control);
              if (verdict.conclusive()) {
                kept.keep(circumstances, verdict.answer());
              }
              return verdict.answer();
            });
  }

  private Trials.Outcome control(Trials trials) {
    return trials.guest("tcg", "max", CONTROL_LIMIT);
  }

  /** The id is random per boot, so it also identifies the running kernel. */
  private static String bootId() {
    return read(Path.of("/proc/sys/kernel/random/boot_id")).strip();
  }

  private static Capability vsock() {
    return Files.isReadable(VHOST_VSOCK) && Files.isWritable(VHOST_VSOCK)
        ? Capability.yes("vhost-vsock", VHOST_VSOCK + " can be opened")
        : Capability.no(
            "vhost-vsock",
            VHOST_VSOCK
                + " is missing or may not be opened (modprobe vhost_vsock);"
                + " virtio-serial is used, which works everywhere");
  }

  private static Capability memory() {
    try (MemoryFile file = MemoryFiles.create("vmfactory-check", 4096)) {
      file.seal();
      return Capability.yes("memory", "sealed memory files work; " + available() + " free");
    } catch (OsException e) {
      return Capability.no("memory", String.valueOf(e.getMessage()));
    }
  }

  private static String available() {
    return field(Path.of("/proc/meminfo"), "MemAvailable");
  }

  private static String hostCpu() {
    return field(Path.of("/proc/cpuinfo"), "model name");
  }

  private static String field(Path file, String name) {
    return read(file)
        .lines()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .orElse("unknown");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
