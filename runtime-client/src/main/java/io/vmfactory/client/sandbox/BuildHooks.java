package io.vmfactory.client.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.TemplateRecipe.Command;
import io.vmfactory.client.sandbox.TemplateRecipe.Hooks;
import io.vmfactory.configs.Units;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestHook;
import io.vmfactory.guest.GuestHooks;
import io.vmfactory.guest.GuestHooks.Moment;
import io.vmfactory.guest.oci.OciProcess;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The hooks of a build: registers those that run in clones, and runs those before the snapshot. */
final class BuildHooks {
  private static final String REHEARSAL = "rehearsal";

  private final GuestHooks guest;
  private final String container;
  private final Hooks hooks;

  BuildHooks(GuestHooks guest, String container, Hooks hooks) {
    this.guest = guest;
    this.container = container;
    this.hooks = hooks;
  }

  /**
   * Refuses hooks that the agent would refuse.
   *
   * @throws SandboxException INVALID
   */
  static void check(Hooks hooks) {
    check("before_snapshot", hooks.beforeSnapshot());
    check("after_restore", hooks.afterRestore());
    check(REHEARSAL, hooks.rehearsal());
  }

  private static void check(String name, @Nullable Command command) {
    if (command != null && command.limit().compareTo(GuestHook.LONGEST) > 0) {
      throw new SandboxException(
          Reason.INVALID,
          "%s: the limit is %s, but at most %s is possible"
              .formatted(name, Units.text(command.limit()), Units.text(GuestHook.LONGEST)));
    }
  }

  /**
   * Registers and runs. What the VM's template has registered for a moment stays, unless the recipe
   * has a hook for that moment itself.
   */
  void run(Deadline deadline) {
    register(Moment.RESTORE, "after_restore", hooks.afterRestore(), deadline);
    register(Moment.REHEARSAL, REHEARSAL, hooks.rehearsal(), deadline);
    run(REHEARSAL, hooks.rehearsal(), deadline);
    run("before_snapshot", hooks.beforeSnapshot(), deadline);
  }

  private void register(Moment moment, String name, @Nullable Command command, Deadline deadline) {
    if (command != null) {
      List<GuestHook> only = List.of(hook(name, command));
      SandboxFailures.run(() -> guest.register(moment, only, deadline));
    }
  }

  private void run(String name, @Nullable Command command, Deadline deadline) {
    if (command != null) {
      GuestHook hook = hook(name, command);
      GuestHook.Result result = SandboxFailures.in(() -> guest.run(hook, deadline));
      if (!result.succeeded()) {
        throw failed(hook, command, result);
      }
    }
  }

  private GuestHook hook(String name, Command command) {
    return new GuestHook(name, container, OciProcess.inheriting(command.args()), command.limit());
  }

  private static SandboxException failed(GuestHook hook, Command command, GuestHook.Result result) {
    String output = ProgramOutput.last(new String(result.output(), UTF_8));
    String why = command.failure(result.timedOut(), result.exitStatus(), output);
    return new SandboxException(Reason.FAILED, hook.name() + ": " + why);
  }
}
