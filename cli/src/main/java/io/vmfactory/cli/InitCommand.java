package io.vmfactory.cli;

import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.Template;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.FactoryException;
import io.vmfactory.configs.host.TerminalStream;
import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory init} */
@Command(
    name = "init",
    description = {
      "Builds the template: boots a VM, takes a snapshot of it and publishes the snapshot.",
      "Succeeds without a build if a usable template already exists; use --replace to build it"
          + " again. The last line is \"vm factory initialized\".",
      "Ctrl-C cancels the build and removes its files."
    },
    footer = {
      "  vmfactory init",
      "  vmfactory init --vcpus 2 --memory 512    a template for VMs of another size",
      "  vmfactory init --replace"
    })
final class InitCommand implements Callable<Integer> {
  private static final Duration LONGEST_BUILD = Duration.ofMinutes(10);

  @ParentCommand private VmFactoryCommand root;

  @Mixin private SizeOptions size;

  @Option(
      names = "--replace",
      description = "Build the template again even if a usable one exists.")
  private boolean replace;

  @Option(names = "--json", description = "Print the template as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Duration timeout = root.timeout();
    Deadline deadline = Deadline.after(timeout == null ? LONGEST_BUILD : timeout);
    try (FactoryClient client = FactoryClient.open(root.socket())) {
      initialize(client, deadline);
    }
    return Exit.OK.code();
  }

  private void initialize(FactoryClient client, Deadline deadline) {
    try {
      show(build(client, request(), deadline));
    } catch (FactoryException e) {
      if (e.code() != FactoryException.Code.ALREADY_EXISTS) {
        throw e;
      }
      if (json) {
        showJson(there(client, deadline).orElseThrow(() -> e));
      } else {
        root.print(List.of(e.getMessage(), "vm factory initialized"));
      }
    }
  }

  private CreateTemplateRequest request() {
    CreateTemplateRequest.Builder request = CreateTemplateRequest.newBuilder().setReplace(replace);
    if (size.vcpus() != null) {
      request.setVcpus(size.vcpus());
    }
    if (size.memoryMib() != null) {
      request.setMemoryMib(size.memoryMib());
    }
    return request.build();
  }

  /** Returns the newest usable template of the requested shape. */
  private Optional<Template> there(FactoryClient client, Deadline deadline) {
    return client.templates().list(deadline).stream()
        .filter(template -> template.getRefused().isEmpty() && isOfSize(template))
        .max(
            Comparator.comparing(Template::getIsDefault)
                .thenComparing(template -> template.getCreatedAt().getSeconds()));
  }

  private boolean isOfSize(Template template) {
    Integer vcpus = size.vcpus();
    Integer memoryMib = size.memoryMib();
    return (vcpus == null || vcpus == template.getVcpus())
        && (memoryMib == null || memoryMib == template.getMemoryMib());
  }

  private Template build(FactoryClient client, CreateTemplateRequest request, Deadline deadline) {
    try (BuildProgress progress =
        new BuildProgress(root.err(), root.takesControls(TerminalStream.ERR))) {
      return client.templates().create(request, progress, deadline);
    }
  }

  private void show(Template template) {
    if (json) {
      showJson(template);
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

  private void showJson(Template template) {
    root.print(ProtoJson.of(template));
  }
}
