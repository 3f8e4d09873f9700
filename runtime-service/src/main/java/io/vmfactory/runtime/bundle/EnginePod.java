package io.vmfactory.runtime.bundle;

import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.guest.oci.OciMount;
import io.vmfactory.guest.oci.OciSpec;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a container belongs to a pod. Engines put the containers of a pod into the namespaces of its
 * first one, by the path of that one's process on this host. Here they share its VM: a container
 * that joins the network namespace of another container's process gets no VM of its own.
 *
 * @param host the id of the container whose VM it shares; null = it has a VM of its own
 * @param first whether it is the first one of a pod, and others may follow
 * @param sharesPids whether it uses the PID namespace that the containers of its VM share
 * @param spec what the engine asks for, without the namespaces that all containers of a VM share
 */
record EnginePod(@Nullable String host, boolean first, boolean sharesPids, OciSpec spec) {
  private static final Pattern NETWORK_OF = Pattern.compile("/proc/([1-9][0-9]{0,8})/ns/net");

  /** By this annotation, CRI says what a container is. */
  private static final String KIND = "io.kubernetes.cri.container-type";

  private static final String FIRST = "sandbox";
  private static final String SHM = "/dev/shm";

  /**
   * @param hostOf returns the id of the container that owns the VM in which the container runs that
   *     a process of this host stands for; empty for any other process
   */
  static EnginePod of(OciSpec asked, IntFunction<Optional<String>> hostOf) {
    Matcher network = NETWORK_OF.matcher(EngineBundles.network(asked));
    if (network.matches()) {
      int process = Integer.parseInt(network.group(1));
      Optional<String> host = hostOf.apply(process);
      if (host.isPresent()) {
        return joining(host.get(), asked, process);
      }
    }
    boolean first = asked.annotation(KIND).equals(FIRST);
    return new EnginePod(null, first, false, first ? withSharedMemory(asked) : asked);
  }

  private static EnginePod joining(String host, OciSpec asked, int process) {
    boolean pids = joins(asked, "pid", process);
    OciSpec spec = pids ? asked.withoutNamespace("pid") : asked;
    if (joins(asked, "uts", process)) {
      spec = spec.withoutNamespace("uts"); // with a host name, it gets one of its own again
    }
    if (joins(asked, "ipc", process)) {
      spec = withSharedMemory(spec.withoutNamespace("ipc"));
    }
    return new EnginePod(host, false, pids, spec);
  }

  private static boolean joins(OciSpec spec, String type, int process) {
    String path = "/proc/%d/ns/%s".formatted(process, type);
    return spec.namespacePath(type).filter(path::equals).isPresent();
  }

  /** The folder that the engine has made for the pod's shared memory becomes the guest's. */
  private static OciSpec withSharedMemory(OciSpec spec) {
    Optional<OciMount> ofHost =
        spec.mounts().stream()
            .filter(it -> it.isBind() && it.destination().equals(SHM))
            .findFirst();
    return ofHost
        .map(
            mount ->
                spec.withoutMounts(mount::equals)
                    .withMount(new OciMount(SHM, "bind", SHM, mount.options())))
        .orElse(spec);
  }

  /** Returns the VM of the first one: with its host name, which the others see too. */
  SandboxSpec applyTo(SandboxSpec sandbox) {
    return first ? sandbox.withHostname(spec.hostname()).withSharedPids(true) : sandbox;
  }

  /** Returns the specification of the container for the guest. */
  ContainerSpec applyTo(ContainerSpec container) {
    return first || host != null ? container.withSharedPids(sharesPids) : container;
  }

  /** Returns {@code oci} without what the VM has: the host name. */
  OciSpec applyTo(OciSpec oci) {
    return first ? oci.withHostname("") : oci;
  }
}
