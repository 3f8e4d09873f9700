package io.vmfactory.runtime.containers;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vmfactory.guest.oci.HostHook;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.runtime.folders.FileCopy;
import io.vmfactory.runtime.folders.FolderCopy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the journal says about a container. Defines the format of the file, so it has only plain
 * values. It does not say whether the container runs: only its guest knows that.
 *
 * @param version the version of the format
 * @param namespace the container's namespace
 * @param id its id
 * @param requestId distinguishes the request that made it from others for the same name
 * @param sandbox the id of the sandbox that it is in
 * @param step how far its creation has got
 * @param createdAt ISO-8601, wall clock
 * @param command the command of its first process
 * @param annotations those of the request
 * @param engine set for a container of an engine
 * @param host the id of the container whose VM it shares; null if it has a VM of its own
 * @param exit how its first process ended; null if that is not known yet
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ContainerRecord(
    int version,
    String namespace,
    String id,
    String requestId,
    String sandbox,
    Step step,
    String createdAt,
    List<String> command,
    Map<String, String> annotations,
    @Nullable Engine engine,
    @Nullable String host,
    @Nullable Exit exit) {
  /** The only version that is written and read. */
  static final int VERSION = 1;

  public ContainerRecord {
    Objects.requireNonNull(namespace);
    Objects.requireNonNull(id);
    Objects.requireNonNull(requestId);
    Objects.requireNonNull(sandbox);
    Objects.requireNonNull(step);
    Instant.parse(createdAt); // rejects a record that could not be shown later
    command = List.copyOf(command);
    annotations = Map.copyOf(annotations);
  }

  /** How far the creation of a container has got. */
  public enum Step {
    /** Its request is not answered: it is removed if the service ends now. */
    MAKING,
    MADE
  }

  /**
   * What belongs to a container of an engine, or of a command in the foreground. The service does
   * not record its output: the process that stands for it reads the output from the guest.
   *
   * @param bundle the folder with its config.json; {@link #FOREGROUND} for a command's container,
   *     which is removed when that process ends
   * @param terminal whether its first process has a terminal
   * @param pid the process that stands for it on this host
   * @param startTicks the start time of that process, in clock ticks since boot
   * @param executable what it runs
   * @param network the path of the network namespace that the engine has made; empty for one that
   *     only that process is in
   * @param keeper the process that keeps the container for containerd; null = none
   * @param hooks programs of this host that the engine's program runs
   * @param folders those of this host that it has copies of
   * @param resolver its /etc/resolv.conf; null = none, or it is no copy of a file
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Engine(
      String bundle,
      boolean terminal,
      int pid,
      long startTicks,
      String executable,
      String network,
      @Nullable Keeper keeper,
      List<HostHook> hooks,
      List<FolderCopy> folders,
      @Nullable FileCopy resolver) {
    /** In place of the folder, of which a command's container has none. */
    static final String FOREGROUND = "";

    public Engine {
      Objects.requireNonNull(bundle);
      Objects.requireNonNull(executable);
      network = Objects.requireNonNullElse(network, ""); // absent in records of earlier versions
      hooks = List.copyOf(Objects.requireNonNullElse(hooks, List.of())); // absent likewise
      folders = List.copyOf(Objects.requireNonNullElse(folders, List.of()));
    }

    /** Returns the path of the container's network namespace on this host. */
    Path networkNamespace() {
      return network.isEmpty() ? Path.of("/proc", "" + pid, "ns", "net") : Path.of(network);
    }

    ProcessIdentity standIn() {
      return new ProcessIdentity(pid, startTicks, Path.of(executable));
    }
  }

  /**
   * A process that keeps containers for containerd.
   *
   * @param pid its pid on this host
   * @param startTicks its start time, in clock ticks since boot
   * @param executable what it runs
   */
  public record Keeper(int pid, long startTicks, String executable) {
    public Keeper {
      Objects.requireNonNull(executable);
    }

    /** Returns the record of a process. */
    public static Keeper of(ProcessIdentity process) {
      return new Keeper(process.pid(), process.startTicks(), process.executable().toString());
    }

    ProcessIdentity identity() {
      return new ProcessIdentity(pid, startTicks, Path.of(executable));
    }
  }

  /**
   * How a container's first process ended.
   *
   * @param status 0..255; 128 + N if signal N ended it; 137 if its VM ended
   * @param at ISO-8601, wall clock
   * @param reason why its VM ended before it did; empty if it ended by itself
   */
  public record Exit(int status, String at, String reason) {
    public Exit {
      Instant.parse(at);
      Objects.requireNonNull(reason);
    }
  }

  /** Returns the client's process, if it belongs to a command in the foreground; else empty. */
  Optional<ProcessIdentity> client() {
    return Optional.ofNullable(engine)
        .filter(owner -> owner.bundle().equals(Engine.FOREGROUND))
        .map(Engine::standIn);
  }

  ContainerName name() {
    return new ContainerName(namespace, id);
  }

  /** Returns the process that keeps it for containerd; null if there is none. */
  @Nullable Keeper keeper() {
    return engine == null ? null : engine.keeper();
  }

  /** Returns the id of the container that its VM belongs to. */
  public String owner() {
    return host == null ? id : host;
  }

  /** Returns whether {@code requestId} is that of the request that made it. */
  boolean isMadeBy(String requestId) {
    return !requestId.isEmpty() && this.requestId.equals(requestId);
  }

  /** Returns whether its VM belongs to another container. */
  public boolean sharesVm() {
    return host != null;
  }

  /**
   * @param how annotations that say how it was made
   */
  ContainerRecord made(Map<String, String> how) {
    Map<String, String> all = new HashMap<>(annotations);
    all.putAll(how);
    return with(Step.MADE, all, exit);
  }

  ContainerRecord with(Exit how) {
    return with(step, annotations, how);
  }

  private ContainerRecord with(Step reached, Map<String, String> notes, @Nullable Exit how) {
    return new ContainerRecord(
        version, namespace, id, requestId, sandbox, reached, createdAt, command, notes, engine,
        host, how);
  }
}
