package io.vmfactory.client.sandbox.state;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One sandbox as its {@code sandbox.json} tells of it. Plain values only: this is the file's
 * format.
 *
 * @param version format version
 * @param id the sandbox
 * @param state how far it has come
 * @param createdAt ISO-8601, wall clock
 * @param owner the process without which it does not live on
 * @param wish what it shall be
 * @param directVm id of its VM whenever that is booted directly
 * @param vm its VM; null = it has none, or it is being taken
 * @param containers those that hold drives
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SandboxRecord(
    int version,
    String id,
    State state,
    String createdAt,
    ProcessEntry owner,
    WishEntry wish,
    String directVm,
    @Nullable VmEntry vm,
    List<ContainerEntry> containers) {
  /** The format that is written, and the only one that is read. */
  static final int VERSION = 1;

  public SandboxRecord {
    Objects.requireNonNull(id);
    Objects.requireNonNull(state);
    Objects.requireNonNull(owner);
    Objects.requireNonNull(wish);
    Objects.requireNonNull(directVm);
    Instant.parse(createdAt); // a record that cannot be read later must not be made
    containers = List.copyOf(containers);
  }

  /** How far a sandbox has come; written when it is so. */
  public enum State {
    CREATED,
    RUNNING,
    PAUSED,
    STOPPED
  }

  /** A process: pid, start time in clock ticks since boot, what /proc/PID/exe points to. */
  public record ProcessEntry(int pid, long startTicks, String executable) {}

  /**
   * What was asked for.
   *
   * @param leaseMillis 0 = as the factory is configured
   */
  public record WishEntry(
      int vcpus,
      int memoryMib,
      List<String> routes,
      String hostname,
      List<String> dns,
      boolean sharedPids,
      long leaseMillis,
      Map<String, String> annotations) {
    public WishEntry {
      routes = List.copyOf(routes);
      dns = List.copyOf(dns);
      annotations = Map.copyOf(annotations);
    }
  }

  /**
   * A VM.
   *
   * @param leaseId empty = booted directly
   * @param agents sockets
   */
  public record VmEntry(
      String id,
      ProcessEntry process,
      String leaseId,
      List<String> agents,
      String console,
      String route,
      String reason,
      int vcpus,
      int memoryMib,
      String hostname,
      List<StepEntry> steps) {
    public VmEntry {
      agents = List.copyOf(agents);
      steps = List.copyOf(steps);
    }
  }

  /** A step and how long it took. */
  public record StepEntry(String name, long nanos) {}

  /**
   * A container that holds drives.
   *
   * @param writable whether files on the host change with them
   */
  public record ContainerEntry(String id, List<String> drives, boolean writable) {
    public ContainerEntry {
      drives = List.copyOf(drives);
    }
  }

  /** A sandbox that was never started. */
  public static SandboxRecord created(
      String id, Instant at, ProcessEntry owner, WishEntry wish, String directVm) {
    return new SandboxRecord(
        VERSION, id, State.CREATED, at.toString(), owner, wish, directVm, null, List.of());
  }

  /** This sandbox with that VM, RUNNING, the owner's. */
  public SandboxRecord started(ProcessEntry by, VmEntry with) {
    return new SandboxRecord(
        version, id, State.RUNNING, createdAt, by, wish, directVm, with, List.of());
  }

  /** This sandbox about to be started by that process: its VM may be there already. */
  public SandboxRecord starting(ProcessEntry by) {
    return new SandboxRecord(version, id, state, createdAt, by, wish, directVm, null, List.of());
  }

  /** This sandbox without a VM. */
  public SandboxRecord stopped() {
    return new SandboxRecord(
        version, id, State.STOPPED, createdAt, owner, wish, directVm, null, List.of());
  }

  /** This sandbox in that state. */
  public SandboxRecord with(State other) {
    return new SandboxRecord(version, id, other, createdAt, owner, wish, directVm, vm, containers);
  }

  /** This sandbox with one more container. */
  public SandboxRecord with(ContainerEntry container) {
    return with(Stream.concat(containers.stream(), Stream.of(container)).toList());
  }

  /** This sandbox without that container. */
  public SandboxRecord without(String container) {
    return with(containers.stream().filter(it -> !it.id().equals(container)).toList());
  }

  private SandboxRecord with(List<ContainerEntry> others) {
    return new SandboxRecord(version, id, state, createdAt, owner, wish, directVm, vm, others);
  }
}
