package io.vmfactory.client.sandbox.state;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.vmfactory.vmm.Sizing;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The content of a sandbox's {@code sandbox.json}. Defines the format of the file, so it has only
 * plain values.
 *
 * @param version the version of the format
 * @param id the id of the sandbox
 * @param state its state
 * @param createdAt ISO-8601, wall clock
 * @param owner the process whose end ends the sandbox
 * @param wish the requested properties
 * @param directVm the id of its VM if that is booted directly
 * @param vm its VM; null if it has none or is getting one
 * @param containers its containers that have drives
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
  /** The only version that is written and read. */
  static final int VERSION = 1;

  public SandboxRecord {
    Objects.requireNonNull(id);
    Objects.requireNonNull(state);
    Objects.requireNonNull(owner);
    Objects.requireNonNull(wish);
    Objects.requireNonNull(directVm);
    Instant.parse(createdAt); // rejects a record that could not be read later
    containers = List.copyOf(containers);
  }

  /** The recorded state of a sandbox. Written after the state is reached, except SUSPENDED. */
  public enum State {
    CREATED,
    RUNNING,
    PAUSED,
    STOPPED,
    /**
     * A service keeps it, and its VM is on disk. Written before the VM is stored: while the process
     * of its VM lives, it runs.
     */
    SUSPENDED
  }

  /**
   * A process: its pid, its start time in clock ticks since boot, and the target of /proc/PID/exe.
   */
  public record ProcessEntry(int pid, long startTicks, String executable) {}

  /**
   * The requested properties of a sandbox.
   *
   * @param leaseMillis 0 for the daemon's default
   * @param template the named template that it is a clone of; null or empty for none
   */
  public record WishEntry(
      int vcpus,
      int memoryMib,
      List<String> routes,
      String hostname,
      List<String> dns,
      boolean sharedPids,
      long leaseMillis,
      Map<String, String> annotations,
      @Nullable String template) {
    public WishEntry {
      routes = List.copyOf(routes);
      dns = List.copyOf(dns);
      annotations = Map.copyOf(annotations);
    }

    private WishEntry as(TemplateContent content) {
      return new WishEntry(
          vcpus,
          memoryMib,
          routes,
          hostname,
          content.dns(),
          content.sharedPids(),
          leaseMillis,
          annotations,
          template);
    }

    /** Returns whether the sandbox is a clone of a named template. */
    @JsonIgnore
    public boolean cloned() {
      return template != null && !template.isEmpty();
    }
  }

  /**
   * A VM.
   *
   * @param leaseId empty if it was booted directly
   * @param agents the sockets of its agent's ports
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

    private VmEntry with(Sizing size) {
      return new VmEntry(
          id,
          process,
          leaseId,
          agents,
          console,
          route,
          reason,
          size.vcpus(),
          size.memoryMib(),
          hostname,
          steps);
    }
  }

  /** A step and its duration. */
  public record StepEntry(String name, long nanos) {}

  /**
   * A container that has drives.
   *
   * @param writable whether it writes to files on the host
   */
  public record ContainerEntry(String id, List<String> drives, boolean writable) {
    public ContainerEntry {
      drives = List.copyOf(drives);
    }
  }

  /** Returns the record of a new sandbox. */
  public static SandboxRecord created(
      String id, Instant at, ProcessEntry owner, WishEntry wish, String directVm) {
    return new SandboxRecord(
        VERSION, id, State.CREATED, at.toString(), owner, wish, directVm, null, List.of());
  }

  /** Returns this record with a VM, in state RUNNING. */
  public SandboxRecord started(ProcessEntry by, VmEntry with) {
    return new SandboxRecord(
        version, id, State.RUNNING, createdAt, by, wish, directVm, with, List.of());
  }

  /** Returns this record with a VM that is a clone of a template, in state RUNNING. */
  public SandboxRecord started(ProcessEntry by, VmEntry with, TemplateContent content) {
    return new SandboxRecord(
        version,
        id,
        State.RUNNING,
        createdAt,
        by,
        wish.as(content),
        directVm,
        with,
        content.containers());
  }

  /** Returns what a template of this sandbox has. */
  public TemplateContent content() {
    return new TemplateContent(
        TemplateContent.VERSION, containers, wish.dns(), wish.sharedPids(), null);
  }

  /**
   * Returns the record of a clone of this sandbox. Its containers and drives are this one's; its VM
   * is another.
   */
  public SandboxRecord forked(String clone, Instant at, ProcessEntry by, VmEntry with) {
    return new SandboxRecord(
        version, clone, state, at.toString(), by, wish, with.id(), with, containers);
  }

  /** Returns this record with the VM in which it was made again after it had been suspended. */
  public SandboxRecord resumed(ProcessEntry by, VmEntry with) {
    return new SandboxRecord(version, id, state, createdAt, by, wish, with.id(), with, containers);
  }

  /** Returns the lease of its VM; empty if it has none. */
  @JsonIgnore
  public String leaseId() {
    return vm == null ? "" : vm.leaseId();
  }

  /** Returns this record while {@code by} starts the sandbox. Its VM may already exist. */
  public SandboxRecord starting(ProcessEntry by) {
    return new SandboxRecord(version, id, state, createdAt, by, wish, directVm, null, List.of());
  }

  /** Returns this record without a VM. */
  public SandboxRecord stopped() {
    return new SandboxRecord(
        version, id, State.STOPPED, createdAt, owner, wish, directVm, null, List.of());
  }

  /** Returns this record with another state. */
  public SandboxRecord with(State other) {
    return new SandboxRecord(version, id, other, createdAt, owner, wish, directVm, vm, containers);
  }

  /** Returns this record, which has a VM, with another size of the VM. */
  public SandboxRecord with(Sizing size) {
    VmEntry grown = Objects.requireNonNull(vm).with(size);
    return new SandboxRecord(
        version, id, state, createdAt, owner, wish, directVm, grown, containers);
  }

  /** Returns this record with one more container. */
  public SandboxRecord with(ContainerEntry container) {
    return with(Stream.concat(containers.stream(), Stream.of(container)).toList());
  }

  /** Returns this record with another id of a container. */
  public SandboxRecord renamed(String container, String other) {
    return with(
        containers.stream()
            .map(
                it ->
                    it.id().equals(container)
                        ? new ContainerEntry(other, it.drives(), it.writable())
                        : it)
            .toList());
  }

  /** Returns this record without a container. */
  public SandboxRecord without(String container) {
    return with(containers.stream().filter(it -> !it.id().equals(container)).toList());
  }

  private SandboxRecord with(List<ContainerEntry> others) {
    return new SandboxRecord(version, id, state, createdAt, owner, wish, directVm, vm, others);
  }
}
