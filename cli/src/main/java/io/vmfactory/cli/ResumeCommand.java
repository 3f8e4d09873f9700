package io.vmfactory.cli;

import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory resume} */
@Command(
    name = "resume",
    description = {
      "Lets sandboxes or leased VMs run again that vmfactory pause or vmfactory suspend has"
          + " stopped. Their clocks are set.",
      "A VM that was suspended ends when its lease expires: vmfactory renew LEASE extends it."
    },
    footer = {
      "  vmfactory resume web1       sandbox web1",
      "  vmfactory resume web1 --ttl 8h",
      "  vmfactory resume 0f3c…      the VM of this lease"
    })
final class ResumeCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Mixin private LeaseOrSandbox.Many which;

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description = "Let its lease last this long from now on, such as 8h (default: as before).")
  private @Nullable Duration ttl;

  @Override
  public Integer call() {
    which.each(root, "resume", this::sandbox, this::lease);
    return Exit.OK.code();
  }

  private void sandbox(SandboxRuntime runtime, String id, Deadline deadline) {
    Optional<Boolean> byService =
        KeptSandbox.ask(
            root,
            service -> {
              service.resume(id, ttl, deadline);
              return true;
            });
    if (byService.isEmpty()) {
      runtime.resumeVm(id, ttl, deadline);
    }
  }

  private void lease(DaemonHttp daemon, String lease) {
    String sandbox =
        daemon.status(false).list("suspended").stream()
            .filter(vm -> vm.get("lease").text("id").equals(lease))
            .map(vm -> vm.get("labels").text("vmfactory.sandbox"))
            .findFirst()
            .orElse("");
    if (sandbox.isEmpty()) {
      daemon.resume(lease, ttl);
      return;
    }
    try (SandboxRuntime runtime = root.sandboxes()) {
      sandbox(runtime, sandbox, root.deadline());
    }
  }
}
