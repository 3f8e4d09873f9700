package io.vmfactory.runtime.bundle;

import io.vmfactory.client.sandbox.ContainerShape;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.DiskImage;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.client.sandbox.VmSizes;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.images.RootfsImages;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.runtime.containers.ContainerName;
import io.vmfactory.runtime.containers.ContainerRecord;
import io.vmfactory.runtime.containers.ContainerRecord.Keeper;
import io.vmfactory.runtime.containers.Containers;
import io.vmfactory.runtime.containers.NewContainer;
import io.vmfactory.runtime.containers.TemplateUse;
import io.vmfactory.vmm.Sizing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Prepares the bundles that container engines hand over: the root file system becomes an image, and
 * mounts of this host become what a VM can have.
 *
 * @param images the cache of images
 * @param sizes says which VM a container needs
 * @param containers the containers whose VM another one can share
 */
public record EngineBundles(RootfsImages images, VmSizes sizes, Containers containers) {
  private static final String NETWORK = "network";

  /** The same in each clone of a template. No container has this id. */
  private static final String OF_TEMPLATE = "-";

  /**
   * A bundle whose images are in use until it is closed.
   *
   * @param name the container's name
   * @param oci the specification for the guest
   * @param root its root file system
   * @param mounts what its mounts of this host have become
   * @param pod how it belongs to a pod
   * @param template what its VM is a clone of
   * @param size of the VM that its limits need; 0 = as requested
   * @param engine what the journal keeps
   */
  public record Prepared(
      ContainerName name,
      OciSpec oci,
      EngineRoot root,
      EngineMounts mounts,
      EnginePod pod,
      EngineTemplate template,
      Sizing size,
      ContainerRecord.Engine engine)
      implements AutoCloseable {
    /** Returns the request for the container. */
    public NewContainer container(String requestId, SandboxSpec sandbox) {
      ContainerSpec spec = ContainerSpec.of(oci, DiskImage.overlay(root.image().path()));
      for (EngineMounts.Tree tree : mounts.trees()) {
        spec = spec.withVolume(DiskImage.readOnly(tree.image().path()), tree.destination());
      }
      SandboxSpec sized =
          sandbox.withSize(
              size.vcpus() == 0 ? sandbox.vcpus() : size.vcpus(),
              size.memoryMib() == 0 ? sandbox.memoryMib() : size.memoryMib());
      List<GuestFile> files = root.files(oci.mounts());
      return new NewContainer(
          name,
          requestId,
          template.applyTo(pod.applyTo(sized), pod.spec().hostname()),
          pod.host(),
          pod.applyTo(spec),
          template.annotations(),
          mounts.files(),
          files,
          pod.host() == null && template.isUsed() ? templates(pod.applyTo(spec), files) : null,
          engine);
    }

    private TemplateUse templates(ContainerSpec spec, List<GuestFile> files) {
      List<String> paths = files.stream().map(GuestFile::path).toList();
      return new TemplateUse(ContainerShape.of(spec, paths), mounts.changing(), template.store());
    }

    /** Words the failure of its creation. */
    public RuntimeException worded(RuntimeException failure) {
      return template.worded(failure);
    }

    @Override
    public void close() {
      root.image().close();
      mounts.trees().forEach(tree -> tree.image().close());
    }
  }

  /**
   * Prepares a bundle. Throws if its specification asks for what a VM cannot have, by the path of
   * the property.
   */
  public Prepared prepare(ContainerName name, EngineBundle bundle, Deadline deadline) {
    ProcessIdentity process = StandIns.identity(bundle.standIn());
    Keeper kept = bundle.keeper() == 0 ? null : Keeper.of(StandIns.identity(bundle.keeper()));
    OciSpec whole = spec(bundle.path().resolve(bundle.config()));
    OciSpec asked = whole.withoutHostHooks();
    EngineNamespaces.require(asked);
    String network = network(asked);
    Sizing size = sizes.of(VmLimits.of(asked));
    if (kept != null && !whole.hostHooks().isEmpty()) {
      throw new SandboxException(
          Reason.INVALID,
          "hooks: %s: containerd's shim runs no hooks; run the container without them"
              .formatted(whole.hostHooks().get(0).path()));
    }
    EnginePod pod = EnginePod.of(asked, pid -> containers.hostOf(name.namespace(), pid));
    EngineTemplate template = template(name, asked, bundle.template(), pod);
    OciSpec wanted = pod.spec();
    EngineRoot root = EngineRoot.of(bundle.path().resolve(asked.rootPath()), images, deadline);
    try {
      String files = template.isUsed() && pod.host() == null ? OF_TEMPLATE : name.id();
      EngineMounts mounts = EngineMounts.of(files, wanted, images, deadline);
      ContainerRecord.Engine engine =
          new ContainerRecord.Engine(
              bundle.path().toString(),
              asked.process().terminal(),
              process.pid(),
              process.startTicks(),
              process.executable().toString(),
              network,
              kept,
              whole.hostHooks(),
              mounts.folders(),
              mounts.resolver());
      return new Prepared(
          name,
          oci(pod, template, mounts.applyTo(wanted.withoutNamespace(NETWORK))),
          root,
          mounts,
          pod,
          template,
          size,
          engine);
    } catch (RuntimeException e) {
      root.image().close();
      throw e;
    }
  }

  private EngineTemplate template(
      ContainerName name, OciSpec asked, String ofEngine, EnginePod pod) {
    EngineTemplate template = EngineTemplate.of(asked, ofEngine);
    String host = pod.host();
    if (host != null) {
      ContainerName owner = new ContainerName(name.namespace(), host);
      return template.joining(host, containers.get(owner).view().record().annotations());
    }
    if (pod.first()) {
      template.requireNotStored("other containers of a pod may follow");
    }
    return template;
  }

  private static OciSpec oci(EnginePod pod, EngineTemplate template, OciSpec spec) {
    OciSpec named = pod.applyTo(spec);
    return pod.host() == null ? template.applyTo(named) : named;
  }

  /**
   * Returns the path of the network namespace that the container joins; empty for a new one. It is
   * of this host: the guest's containers share the guest's network.
   */
  static String network(OciSpec spec) {
    return spec.namespacePath(NETWORK)
        .orElseThrow(
            () ->
                new SandboxException(
                    Reason.INVALID,
                    "linux.namespaces: a VM cannot use the host's own network; give the container a"
                        + " network namespace (podman: --network other than host)"));
  }

  private static OciSpec spec(Path file) {
    try {
      return OciSpec.parseWithHostHooks(OwnFile.read(file, OciSpec.MAX_BYTES));
    } catch (IOException e) {
      throw new SandboxException(
          Reason.INVALID, "cannot read %s: %s".formatted(file, ErrorText.of(e)), e);
    }
  }

  /** Reads "process" of a specification. */
  public static OciProcess process(byte[] json) {
    return OciSpec.standard().withProcess(json).process();
  }

  /** Returns the paths of this host that the guest sees too, with its own kernel's content. */
  static List<Path> kernel() {
    return List.of(Path.of("/dev"), Path.of("/proc"), Path.of("/sys"));
  }
}
