package io.vmfactory.cli;

import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.client.sandbox.SandboxVm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory sandbox ls} */
@Command(
    name = "ls",
    description = {
      "Lists the sandboxes: state, VM, the route by which the VM was made, and command.",
      "OWNER is the process that created the sandbox. When it ends, the sandbox is removed."
    },
    footer = {
      "  vmfactory sandbox ls",
      "  vmfactory sandbox ls --json | jq -r '.sandboxes[] | select(.state == \"LOST\") | .id'"
    })
final class SandboxListCommand implements Callable<Integer> {
  @ParentCommand private SandboxCommand parent;

  @Option(names = "--json", description = "Print the sandboxes as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    VmFactoryCommand root = parent.root();
    List<SandboxStatus> all;
    try (SandboxRuntime runtime = root.sandboxes()) {
      all = new ArrayList<>(runtime.list(root.deadline()));
      all.addAll(runtime.suspended(root.deadline()));
    }
    if (json) {
      List<JsonValue> sandboxes = all.stream().map(SandboxListCommand::json).toList();
      root.print(JsonValue.object().with("sandboxes", JsonValue.array(sandboxes)));
    } else {
      root.printTable(table(all, root).lines(0));
    }
    return Exit.OK.code();
  }

  private static TextTable table(List<SandboxStatus> all, VmFactoryCommand root) {
    TextTable table =
        new TextTable("SANDBOX", "STATE", "AGE", "VM", "ROUTE", "SIZE", "OWNER", "COMMAND");
    for (SandboxStatus status : all) {
      SandboxVm vm = status.vm();
      table.row(
          status.id(),
          status.state().name().toLowerCase(Locale.ROOT),
          Show.span(Duration.between(status.createdAt(), root.now())),
          vm == null ? "" : Show.shortened(vm.id()),
          vm == null ? "" : route(vm),
          vm == null ? "" : Show.size(size(vm)),
          Long.toString(status.ownerPid()),
          ProcessAnnotation.commandLine(status.annotations()));
    }
    return table;
  }

  private static String route(SandboxVm vm) {
    return vm.origin() == SandboxVm.Origin.DIRECT ? "direct" : vm.route();
  }

  private static JsonValue size(SandboxVm vm) {
    return JsonValue.object().with("vcpus", vm.vcpus()).with("memoryMib", vm.memoryMib());
  }

  private static JsonValue json(SandboxStatus status) {
    return JsonValue.object()
        .with("id", status.id())
        .with("state", status.state().name())
        .with("createdAt", status.createdAt().toString())
        .with("ownerPid", status.ownerPid())
        .with("hostname", status.hostname())
        .with("command", ProcessAnnotation.commandLine(status.annotations()))
        .with("vm", vm(status.vm()));
  }

  private static @Nullable JsonValue vm(@Nullable SandboxVm vm) {
    return vm == null
        ? null
        : size(vm)
            .with("id", vm.id())
            .with("pid", vm.pid())
            .with("origin", vm.origin().name())
            .with("route", vm.route())
            .with("reason", vm.reason())
            .with("console", vm.console().toString());
  }
}
