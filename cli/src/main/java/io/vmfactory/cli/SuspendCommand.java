package io.vmfactory.cli;

import io.vmfactory.api.runtime.v1.SuspendSandboxResponse;
import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory suspend} */
@Command(
    name = "suspend",
    description = {
      "Stores sandboxes or leased VMs on disk and ends their processes. They take no memory until"
          + " vmfactory resume makes them again, with all that runs in them, also after a restart"
          + " of the daemon or the host.",
      "The lease stays and lasts for --ttl unless it is renewed; then the VM is deleted.",
      "A vmfactory run that waits for a command in the sandbox ends. A container of vmfactory run"
          + " -d stays with the runtime service: attach and wait go on when it is resumed."
    },
    footer = {
      "  vmfactory suspend web1             sandbox web1",
      "  vmfactory suspend web1 --ttl 7d",
      "  vmfactory suspend 0f3c… 77aa…        the VMs of these leases",
      "  vmfactory resume web1              makes it run again",
      "  vmfactory sandbox rm web1          deletes it"
    })
final class SuspendCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Mixin private LeaseOrSandbox.Many which;

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description =
          "Delete it after this long unless its lease is renewed, such as 7d (default:"
              + " suspended_ttl).")
  private @Nullable Duration ttl;

  @Override
  public Integer call() {
    List<String> done = new ArrayList<>();
    try {
      which.each(
          root,
          "suspend",
          (runtime, id, deadline) -> done.add(sandbox(runtime, id, deadline)),
          (daemon, lease) -> done.add(lease(daemon, lease)));
    } finally {
      root.print(done);
    }
    return Exit.OK.code();
  }

  private String sandbox(SandboxRuntime runtime, String id, Deadline deadline) {
    Optional<SuspendSandboxResponse> kept =
        KeptSandbox.ask(root, service -> service.suspend(id, ttl, deadline));
    if (kept.isPresent()) {
      return told(
          id, kept.get().getDiskKib(), Instant.ofEpochMilli(kept.get().getExpiresAtMillis()));
    }
    SuspendedMachine vm = runtime.suspendVm(id, ttl, deadline);
    return told(id, vm.diskKib(), vm.expiresAt());
  }

  private String lease(DaemonHttp daemon, String lease) {
    JsonValue vm = daemon.suspend(lease, ttl).get("suspended");
    return told(lease, vm.number("diskKib"), Instant.parse(vm.get("lease").text("expiresAt")));
  }

  private String told(String what, long diskKib, Instant until) {
    return "suspended %s: %s on disk, ends in %s"
        .formatted(what, Show.kib(diskKib), Show.until(until.toString(), root.now()));
  }
}
