package io.vmfactory.guest.oci;

import io.vmfactory.api.kata.LinuxCPU;
import io.vmfactory.api.kata.LinuxMemory;
import io.vmfactory.api.kata.LinuxPids;
import io.vmfactory.api.kata.LinuxResources;
import io.vmfactory.api.kata.Root;
import io.vmfactory.api.kata.Spec;
import io.vmfactory.guest.ResourceLimits;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a container is: an OCI runtime specification (config.json). Paths in it are the guest's.
 * Immutable; each {@code with} gives another one and throws {@link OciSpecException} when it would
 * be none that can run.
 */
public final class OciSpec {
  /** How large a config.json may be, in bytes. */
  public static final int MAX_BYTES = 1 << 20;

  private final Spec spec;
  private final List<String> ignored;

  OciSpec(Spec spec, List<String> ignored) {
    this.spec = spec;
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
   * @throws OciSpecException with all problems: not JSON, a wrong type, out of range, something
   *     required that is missing, or something that cannot be kept and would isolate less (or
   *     otherwise) if it were left out
   */
  public static OciSpec parse(byte[] configJson) {
    return SpecReader.read(configJson);
  }

  /**
   * What {@code vmfactory run} starts from: a shell as root with the capabilities, mounts, masked
   * and read-only paths that container engines give by default.
   */
  public static OciSpec standard() {
    return StandardSpec.SPEC;
  }

  /** As the wire has it. */
  public Spec proto() {
    return spec;
  }

  /**
   * JSON paths of the properties that {@link #parse} does not know and, as the specification
   * demands, ignored.
   */
  public List<String> ignored() {
    return ignored;
  }

  /** Its first process. */
  public OciProcess process() {
    return new OciProcess(spec.getProcess());
  }

  /** The root file system; relative to the bundle, or absolute in the guest. */
  public String rootPath() {
    return spec.getRoot().getPath();
  }

  /** Whether the root file system is mounted read-only. */
  public boolean rootReadonly() {
    return spec.getRoot().getReadonly();
  }

  /** In the order in which they are mounted. */
  public List<OciMount> mounts() {
    return spec.getMountsList().stream().map(OciMount::of).toList();
  }

  /**
   * Throws when it names what is on the host and not in the guest, as the config.json of a bundle
   * may: files that are to be bound into the container, namespaces that are to be joined.
   */
  public void checkNoHostPaths() {
    SpecRules.checkNoHostPaths(spec);
  }

  /** Changes its first process: {@code spec.with(p -> p.withArgs(args).withCwd("/srv"))}. */
  public OciSpec with(UnaryOperator<OciProcess> change) {
    return of(spec.toBuilder().setProcess(change.apply(process()).proto()));
  }

  /** Names the container; the sandbox's UTS namespace decides whether it is seen. */
  public OciSpec withHostname(String hostname) {
    return of(spec.toBuilder().setHostname(hostname));
  }

  /** Takes this path in the guest for the root file system. */
  public OciSpec withRoot(String path, boolean readonly) {
    return of(spec.toBuilder().setRoot(Root.newBuilder().setPath(path).setReadonly(readonly)));
  }

  /** Mounts one thing more, after the others. */
  public OciSpec withMount(OciMount mount) {
    return of(spec.toBuilder().addMounts(mount.proto()));
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
