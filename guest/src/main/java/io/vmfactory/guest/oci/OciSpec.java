package io.vmfactory.guest.oci;

import com.google.protobuf.InvalidProtocolBufferException;
import io.vmfactory.api.kata.Hooks;
import io.vmfactory.api.kata.Linux;
import io.vmfactory.api.kata.LinuxCPU;
import io.vmfactory.api.kata.LinuxMemory;
import io.vmfactory.api.kata.LinuxNamespace;
import io.vmfactory.api.kata.LinuxPids;
import io.vmfactory.api.kata.LinuxResources;
import io.vmfactory.api.kata.Root;
import io.vmfactory.api.kata.Spec;
import io.vmfactory.guest.oci.HostHook.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A container's OCI runtime specification (config.json). Paths in it are the guest's. Immutable.
 * Each {@code with} method returns a changed copy, and throws {@link OciSpecException} if the copy
 * could not run.
 */
public final class OciSpec {
  /** Largest size of a config.json, in bytes. */
  public static final int MAX_BYTES = 1 << 20;

  private final Spec spec;
  private final List<String> ignored;

  OciSpec(Spec spec, List<String> ignored) {
    this.spec = MountRules.canonical(spec);
    this.ignored = List.copyOf(ignored);
  }

  private OciSpec of(Spec.Builder builder) {
    Spec changed = builder.build();
    SpecRules.check(changed);
    return new OciSpec(changed, ignored);
  }

  /**
   * Reads a config.json.
   *
   * @throws OciSpecException with all problems: not JSON, a wrong type, out of range, a missing
   *     required property, or a property that is not supported and without which the container
   *     would be isolated less or differently
   */
  public static OciSpec parse(byte[] configJson) {
    return SpecReader.read(configJson);
  }

  /**
   * Reads the config.json of an engine whose hooks of the host the caller runs. The hooks {@code
   * createContainer} and {@code startContainer} run inside the container, and are refused.
   *
   * @throws OciSpecException as {@link #parse}
   */
  public static OciSpec parseWithHostHooks(byte[] configJson) {
    return SpecReader.readWithHostHooks(configJson);
  }

  /**
   * Returns the specification in a message of the wire.
   *
   * @throws OciSpecException if it is not one, or could not run
   */
  public static OciSpec ofProto(byte[] message) {
    try {
      Spec spec = Spec.parseFrom(message);
      SpecRules.check(spec);
      return new OciSpec(spec, List.of());
    } catch (InvalidProtocolBufferException e) {
      throw new OciSpecException(List.of("not a message grpc.Spec: " + e.getMessage()));
    }
  }

  /**
   * Returns the specification that {@code vmfactory run} starts from: a shell as root, with the
   * capabilities, mounts, masked and read-only paths that are usual defaults of container engines.
   */
  public static OciSpec standard() {
    return StandardSpec.SPEC;
  }

  /** Returns the wire's message. */
  public Spec proto() {
    return spec;
  }

  /**
   * Returns the JSON paths of the properties that {@link #parse} does not know. It ignores them, as
   * the specification demands.
   */
  public List<String> ignored() {
    return ignored;
  }

  /** Returns its first process. */
  public OciProcess process() {
    return new OciProcess(spec.getProcess());
  }

  /** Returns the root file system's path: relative to the bundle, or absolute in the guest. */
  public String rootPath() {
    return spec.getRoot().getPath();
  }

  /** Returns whether the root file system is mounted read-only. */
  public boolean rootReadonly() {
    return spec.getRoot().getReadonly();
  }

  /** Returns the host name; empty if it has none. */
  public String hostname() {
    return spec.getHostname();
  }

  /** Returns the value of an annotation; empty if it has none of that name. */
  public String annotation(String name) {
    return spec.getAnnotationsOrDefault(name, "");
  }

  /** Returns the annotations by name. */
  public Map<String, String> annotations() {
    return spec.getAnnotationsMap();
  }

  /** Returns the mounts, in the order of mounting. */
  public List<OciMount> mounts() {
    return spec.getMountsList().stream().map(OciMount::of).toList();
  }

  /** Returns its hooks of the host, in the order of the stages; see {@link #parseWithHostHooks}. */
  public List<HostHook> hostHooks() {
    Hooks hooks = spec.getHooks();
    return Stream.of(
            hooks.getPrestartList().stream().map(it -> HostHook.of(Stage.PRESTART, it)),
            hooks.getCreateRuntimeList().stream().map(it -> HostHook.of(Stage.CREATE_RUNTIME, it)),
            hooks.getPoststartList().stream().map(it -> HostHook.of(Stage.POSTSTART, it)),
            hooks.getPoststopList().stream().map(it -> HostHook.of(Stage.POSTSTOP, it)))
        .flatMap(it -> it)
        .toList();
  }

  /** Removes all hooks: the guest runs none. */
  public OciSpec withoutHostHooks() {
    return of(spec.toBuilder().clearHooks());
  }

  /**
   * Throws if it names objects of the host, which the guest does not have. The config.json of a
   * bundle may do so: files to bind into the container, namespaces to join, devices. Bind mounts of
   * {@code /dev}, {@code /proc} and {@code /sys} are allowed: they show the guest's.
   */
  public void checkNoHostPaths() {
    HostRules.check(spec);
  }

  /** Changes its first process: {@code spec.with(p -> p.withArgs(args).withCwd("/srv"))}. */
  public OciSpec with(UnaryOperator<OciProcess> change) {
    return of(spec.toBuilder().setProcess(change.apply(process()).proto()));
  }

  /** Sets the container's hostname. The sandbox's UTS namespace decides whether it is visible. */
  public OciSpec withHostname(String hostname) {
    return of(spec.toBuilder().setHostname(hostname));
  }

  /** Sets the path of the root file system in the guest. */
  public OciSpec withRoot(String path, boolean readonly) {
    return of(spec.toBuilder().setRoot(Root.newBuilder().setPath(path).setReadonly(readonly)));
  }

  /** Adds a mount after the others. */
  public OciSpec withMount(OciMount mount) {
    return of(spec.toBuilder().addMounts(mount.proto()));
  }

  /** Removes mounts. */
  public OciSpec withoutMounts(Predicate<OciMount> unwanted) {
    Spec.Builder builder = spec.toBuilder().clearMounts();
    spec.getMountsList().stream()
        .filter(mount -> !unwanted.test(OciMount.of(mount)))
        .forEach(builder::addMounts);
    return of(builder);
  }

  /**
   * Returns the path of the namespace of that type, such as "network", that the container is to
   * join. Its text is empty for a new namespace. Empty if there is none of that type: the container
   * uses the host's.
   */
  public Optional<String> namespacePath(String type) {
    return spec.getLinux().getNamespacesList().stream()
        .filter(it -> it.getType().equals(type))
        .map(LinuxNamespace::getPath)
        .findFirst();
  }

  /** Removes the namespaces of that type: the container uses the guest's. */
  public OciSpec withoutNamespace(String type) {
    Linux.Builder linux = spec.getLinux().toBuilder().clearNamespaces();
    spec.getLinux().getNamespacesList().stream()
        .filter(it -> !it.getType().equals(type))
        .forEach(linux::addNamespaces);
    return of(spec.toBuilder().setLinux(linux));
  }

  /** Returns whether it has a namespace of that type, such as "pid": a new or an existing one. */
  public boolean hasNamespace(String type) {
    return spec.getLinux().getNamespacesList().stream().anyMatch(it -> it.getType().equals(type));
  }

  /**
   * Replaces its first process.
   *
   * @param json "process" of a config.json
   * @throws OciSpecException as {@link #parse}
   */
  public OciSpec withProcess(byte[] json) {
    return of(spec.toBuilder().setProcess(SpecReader.process(json)));
  }

  /**
   * Returns what a container keeps from its creation on, by paths such as {@code
   * process.capabilities.bounding} and {@code mounts[/proc]}: everything but arguments, variables
   * and directory of its process, the path of its root, its control group, and what the guest
   * ignores. Containers with the same values can stand for each other.
   */
  public Map<String, String> leaves() {
    return SpecLeaves.of(spec);
  }

  /** Returns the limits of the container. */
  public ResourceLimits limits() {
    LinuxResources resources = spec.getLinux().getResources();
    LinuxCPU cpu = resources.getCPU();
    return new ResourceLimits(
        given(resources.getMemory().getLimit()),
        given(cpu.getQuota()),
        given(cpu.getPeriod()),
        given(cpu.getShares()),
        given(resources.getPids().getLimit()));
  }

  private static @Nullable Long given(long value) {
    return value == 0 ? null : value;
  }

  /** Sets the limits that are not null. */
  public OciSpec withLimits(ResourceLimits limits) {
    Spec.Builder builder = spec.toBuilder();
    LinuxResources.Builder resources = builder.getLinuxBuilder().getResourcesBuilder();
    if (limits.memoryBytes() != null) {
      resources.mergeMemory(LinuxMemory.newBuilder().setLimit(limits.memoryBytes()).build());
    }
    if (limits.pids() != null) {
      resources.setPids(LinuxPids.newBuilder().setLimit(limits.pids()));
    }
    resources.mergeCPU(cpu(limits));
    return of(builder);
  }

  private static LinuxCPU cpu(ResourceLimits limits) {
    LinuxCPU.Builder cpu = LinuxCPU.newBuilder();
    if (limits.cpuQuotaMicros() != null) {
      cpu.setQuota(limits.cpuQuotaMicros());
    }
    if (limits.cpuPeriodMicros() != null) {
      cpu.setPeriod(limits.cpuPeriodMicros());
    }
    if (limits.cpuShares() != null) {
      cpu.setShares(limits.cpuShares());
    }
    return cpu.build();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OciSpec that && spec.equals(that.spec);
  }

  @Override
  public int hashCode() {
    return spec.hashCode();
  }

  @Override
  public String toString() {
    return "OciSpec" + process().args();
  }
}
