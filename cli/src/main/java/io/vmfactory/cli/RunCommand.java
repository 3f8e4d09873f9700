package io.vmfactory.cli;

import io.vmfactory.api.runtime.v1.Container;
import io.vmfactory.api.v1.Route;
import io.vmfactory.client.ContainerCalls;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.DiskImage;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.client.sandbox.SandboxVm;
import io.vmfactory.client.sandbox.VmSizes;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.images.Image;
import io.vmfactory.images.RootfsImages;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.Sizing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code vmfactory run} */
@Command(
    name = "run",
    description = {
      "Runs a command in a container in its own VM.",
      "Streams, signals (INT, TERM, HUP, USR1, USR2), window size and exit code are passed through."
          + " When the command ends, the container and the VM are removed.",
      "The first process of a container ignores signals that it does not handle; a second Ctrl-C"
          + " ends it at once."
    },
    exitCodeOnInvalidInput = Exit.OF_OUR_OWN,
    exitCodeOnExecutionException = Exit.OF_OUR_OWN,
    exitCodeList = {
      "125:vmfactory itself failed",
      "126:the command exists but cannot be executed",
      "127:the command was not found",
      "128+N:the command was ended by signal N",
      "other:the exit code of the command"
    },
    footer = {
      "  vmfactory run --rootfs ./rootfs -- echo hello",
      "  vmfactory run --rootfs ./rootfs -i -t                        an interactive shell",
      "  tar c . | vmfactory run --image ./layout:latest -i -- tar t",
      "  vmfactory run --bundle ./bundle                              the command in its"
          + " config.json",
      "  vmfactory run -d --name web --rootfs ./rootfs -- httpd -f   goes on without this command",
      "  vmfactory run --template python -- /usr/bin/python3 -V    in a clone of a template of your"
          + " own",
      "  vmfactory run --rootfs ./rootfs --volume-ro ./src:/src --vcpus 2 -- make -C /src test"
    })
final class RunCommand implements Callable<Integer> {
  /**
   * The limit for creating an image that is not in the cache yet. It only ends a disk that hangs:
   * large images take long, and a user can press Ctrl-C.
   */
  static final Duration IMAGE_LIMIT = Duration.ofHours(12);

  @ParentCommand private VmFactoryCommand root;
  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private ContainerSource source;

  @Mixin private ProcessOptions process;
  @Mixin private SizeOptions size;
  @Mixin private LimitOptions limits;

  @Option(
      names = "--volume-ro",
      paramLabel = "HOST-DIR:CONTAINER-DIR",
      description =
          "Mount a copy of a host directory read-only in the container. The copy is made at the"
              + " start. May be repeated.")
  private List<ReadOnlyVolume> volumes = new ArrayList<>();

  @Option(
      names = {"-d", "--detach"},
      description =
          "Let the runtime service run the container; print its name and return. It has no input,"
              + " and the service records its output. See attach, wait, stop, rm.")
  private boolean detach;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Id of the sandbox (default: generated).")
  private String name = "";

  @Option(names = "--hostname", paramLabel = "NAME", description = "Host name of the container.")
  private String hostname = "";

  @Option(
      names = "--route",
      paramLabel = "ROUTE",
      description = "Allowed route, as for vmfactory get; repeat for an order of preference.")
  private List<GetCommand.Route> routes = new ArrayList<>();

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description = "End the VM this long after this process is killed (default: default_ttl).")
  private @Nullable Duration ttl;

  @Parameters(
      paramLabel = "CMD",
      description = "The command and its arguments (default: those of the image or bundle).")
  private List<String> command = new ArrayList<>();

  @Override
  public Integer call() {
    if (detach) {
      process.requireDetachable();
      return detached();
    }
    Session session = root.session();
    return session.guarded(
        () -> {
          try (SandboxRuntime runtime = root.sandboxes()) {
            String template = source.template();
            return template == null ? run(session, runtime) : runClone(session, runtime, template);
          }
        });
  }

  /** Lets the runtime service run the container. */
  private int detached() {
    if (source.template() != null) {
      throw new ParameterException(
          spec.commandLine(), "--detach cannot be combined with --template");
    }
    try (ContainerCalls service = root.containers()) {
      Container made =
          prepared((sandbox, container) -> new DetachedRun(service).run(sandbox, container, root));
      root.print(made.getId());
    }
    return Exit.OK.code();
  }

  /** Runs the command in a clone of a template. The caller closes {@code runtime}. */
  private int runClone(Session session, SandboxRuntime runtime, String template) {
    if (!volumes.isEmpty() || limits.isGiven()) {
      throw new ParameterException(
          spec.commandLine(),
          "%s cannot be combined with --template"
              .formatted(volumes.isEmpty() ? "the limits of a container" : "--volume-ro"));
    }
    TemplateRun clone = new TemplateRun(template, command, process, root.caller());
    Deadline deadline = root.deadline();
    SandboxSpec wanted =
        sandboxSpec(ProcessAnnotation.of(command.isEmpty() ? List.of(template) : command));
    Sandbox sandbox = runtime.create(wanted.withTemplate(template), deadline);
    sandbox.start(deadline);
    return attached(session, runtime, sandbox.id(), clone.begin(sandbox, deadline));
  }

  /** Runs the container. The caller closes {@code runtime}, which deletes its sandboxes. */
  private int run(Session session, SandboxRuntime runtime) {
    Begun first =
        prepared(
            (asked, wanted) -> {
              Deadline deadline = root.deadline(); // what is done on this host does not count
              Begun begun = root.first().begin(runtime, asked, wanted, deadline);
              tell(begun.sandbox().status(deadline).vm());
              return begun;
            });
    return attached(session, runtime, first.sandbox().id(), first);
  }

  /** Waits for the end of the process, or of its sandbox: that can be suspended meanwhile. */
  private int attached(Session session, SandboxRuntime runtime, String sandbox, Begun first) {
    try {
      return session.attach(first, process.attachment(root.caller().terminals()));
    } catch (SandboxException e) {
      boolean suspended =
          runtime.suspended(root.deadline()).stream().anyMatch(one -> one.id().equals(sandbox));
      throw suspended
          ? new CliException(
              Exit.FAILURE,
              "sandbox " + sandbox + " was suspended",
              "vmfactory resume " + sandbox + " lets it go on")
          : e;
    }
  }

  /** Uses what the options ask for. The images stay in the cache until {@code use} returns. */
  private <T> T prepared(BiFunction<SandboxSpec, ContainerSpec, T> use) {
    Deadline imageLimit = Deadline.after(IMAGE_LIMIT);
    RootfsImages images = root.images().reportingTo(new ImageProgress(root));
    List<Image> open = new ArrayList<>();
    try (ContainerSource.Prepared prepared =
        source.prepare(images, command, process.hasUser(), root.caller()::file, imageLimit)) {
      OciSpec oci =
          named(prepared.spec())
              .with(p -> process.applyTo(p, root.caller()))
              .withLimits(limits.limits());
      ContainerSpec wanted = ContainerSpec.of(oci, disk(prepared.image(), DriveMode.OVERLAY));
      for (ReadOnlyVolume volume : volumes) {
        Image image = images.fromDirectory(volume.directory(), imageLimit);
        open.add(image);
        wanted = wanted.withVolume(disk(image, DriveMode.READ_ONLY), volume.mountPoint());
      }
      return use.apply(sandboxSpec(ProcessAnnotation.of(oci.process())), wanted);
    } finally {
      open.forEach(Image::close);
    }
  }

  /** The option for the host name replaces that of a bundle. */
  private OciSpec named(OciSpec spec) {
    if (!spec.ignored().isEmpty()) {
      root.err()
          .println(
              "vmfactory: config.json has properties that are ignored, because the OCI"
                  + " specification does not know them or they are for other platforms: "
                  + Show.oneLine(String.join(", ", spec.ignored())));
      root.err().flush();
    }
    return hostname.isEmpty() ? spec : spec.withHostname("");
  }

  private static DiskImage disk(Image image, DriveMode mode) {
    return new DiskImage(image.path(), mode, image.fsType());
  }

  private SandboxSpec sandboxSpec(Map<String, String> annotations) {
    Sizing needed = VmSizes.of(root.config().config().qemu()).of(limits.limits());
    SandboxSpec wanted =
        SandboxSpec.defaults()
            .withId(name)
            .withSize(
                size.vcpus() == null ? needed.vcpus() : size.vcpus(),
                size.memoryMib() == null ? needed.memoryMib() : size.memoryMib())
            .withRoutes(routes.stream().map(route -> Route.valueOf(route.name())).toList())
            .withHostname(hostname)
            .withAnnotations(annotations);
    return ttl == null ? wanted : wanted.withLeaseTtl(ttl);
  }

  /** Reports on standard error if the VM was booted without the daemon. */
  private void tell(@Nullable SandboxVm vm) {
    if (vm != null && vm.origin() == SandboxVm.Origin.DIRECT && !vm.reason().isEmpty()) {
      root.err().println("vmfactory: booted a VM directly: " + Show.oneLine(vm.reason()));
      root.err().flush();
    }
  }
}
