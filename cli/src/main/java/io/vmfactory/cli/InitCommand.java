package io.vmfactory.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.FactoryException;
import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory init} */
@Command(
    name = "init",
    description = {
      "Builds the template: boots a VM, takes its snapshot, publishes it.",
      "The last line is \"vm factory initialized\". A usable template that is there already is told"
          + " and is no error, so that the command can be repeated; --replace builds it again.",
      "Ending the command (Ctrl-C) ends the build, which leaves nothing behind."
    },
    footer = {
      "  vmfactory init",
      "  vmfactory init --vcpus 2 --memory 512    a template of another shape",
      "  vmfactory init --replace"
    })
final class InitCommand implements Callable<Integer> {
  private static final Duration LONGEST_BUILD = Duration.ofMinutes(10);

  @ParentCommand private VmFactoryCommand root;

  @Option(names = "--vcpus", paramLabel = "N", description = "Its vCPUs; else as configured.")
  private @Nullable Integer vcpus;

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      description = "Its memory in MiB; else as configured.")
  private @Nullable Integer memoryMib;

  @Option(names = "--replace", description = "Build it again even if a usable one is there.")
  private boolean replace;

  @Option(names = "--json", description = "Print the template as JSON instead.")
  private boolean json;

  @Override
  public Integer call() {
    CreateTemplateRequest.Builder request = CreateTemplateRequest.newBuilder().setReplace(replace);
    if (vcpus != null) {
      request.setVcpus(vcpus);
    }
    if (memoryMib != null) {
      request.setMemoryMib(memoryMib);
    }
    Duration timeout = root.timeout();
    Deadline deadline = Deadline.after(timeout == null ? LONGEST_BUILD : timeout);
    try (FactoryClient client = FactoryClient.open(root.socket())) {
      show(build(client, request.build(), deadline));
    } catch (FactoryException e) {
      if (e.code() != FactoryException.Code.ALREADY_EXISTS) {
        throw e;
      }
      root.print(e.getMessage());
      root.print("vm factory initialized");
    }
    return Exit.OK.code();
  }

  private Template build(FactoryClient client, CreateTemplateRequest request, Deadline deadline) {
    try (BuildProgress progress = new BuildProgress(root.err(), Terminal.isWatched())) {
      return client.templates().create(request, progress, deadline);
    }
  }

  private void show(Template template) {
    if (json) {
      root.print(toJson(template));
      return;
    }
    root.print(
        "template %s: %d vCPU(s), %d MiB, %s on disk"
            .formatted(
                Show.shortened(template.getKey()),
                template.getVcpus(),
                template.getMemoryMib(),
                Show.kib(template.getMemoryKib() + template.getStateKib())));
    root.print("vm factory initialized");
  }

  private static String toJson(Template template) {
    try {
      return JsonFormat.printer().print(template);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a template holds no Any", e);
    }
  }
}
