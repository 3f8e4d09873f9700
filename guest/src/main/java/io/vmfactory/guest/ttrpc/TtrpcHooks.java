package io.vmfactory.guest.ttrpc;

import io.vmfactory.api.guest.v1.Hook;
import io.vmfactory.api.guest.v1.HookResult;
import io.vmfactory.api.guest.v1.RunRestoreHooksRequest;
import io.vmfactory.api.guest.v1.RunRestoreHooksResponse;
import io.vmfactory.api.guest.v1.SetRestoreHooksRequest;
import io.vmfactory.api.guest.v1.SetRestoreHooksResponse;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestHook;
import io.vmfactory.guest.GuestHooks;
import io.vmfactory.ttrpc.Rpc;
import java.util.List;

/** The hooks behind one {@link AgentConnection}. */
final class TtrpcHooks implements GuestHooks {
  private static final Rpc<HookResult> RUN_HOOK = AgentRpcs.guest("RunHook", HookResult.parser());
  private static final Rpc<SetRestoreHooksResponse> SET_RESTORE_HOOKS =
      AgentRpcs.guest("SetRestoreHooks", SetRestoreHooksResponse.parser());
  private static final Rpc<RunRestoreHooksResponse> RUN_RESTORE_HOOKS =
      AgentRpcs.guest("RunRestoreHooks", RunRestoreHooksResponse.parser());

  private final AgentConnection connection;

  TtrpcHooks(AgentConnection connection) {
    this.connection = connection;
  }

  @Override
  public GuestHook.Result run(GuestHook hook, Deadline deadline) {
    return result(connection.call(RUN_HOOK, proto(hook), deadline));
  }

  @Override
  public void register(Moment moment, List<GuestHook> hooks, Deadline deadline) {
    SetRestoreHooksRequest request =
        SetRestoreHooksRequest.newBuilder()
            .setRehearsals(moment == Moment.REHEARSAL)
            .addAllHooks(hooks.stream().map(TtrpcHooks::proto).toList())
            .build();
    connection.call(SET_RESTORE_HOOKS, request, deadline);
  }

  @Override
  public List<GuestHook.Result> runRegistered(Moment moment, Deadline deadline) {
    RunRestoreHooksRequest request =
        RunRestoreHooksRequest.newBuilder().setRehearsals(moment == Moment.REHEARSAL).build();
    return connection.call(RUN_RESTORE_HOOKS, request, deadline).getResultsList().stream()
        .map(TtrpcHooks::result)
        .toList();
  }

  private static Hook proto(GuestHook hook) {
    return Hook.newBuilder()
        .setName(hook.name())
        .setContainerId(hook.container())
        .setProcess(hook.process().proto())
        .setTimeoutMillis((int) hook.limit().toMillis())
        .build();
  }

  private static GuestHook.Result result(HookResult wire) {
    return new GuestHook.Result(
        wire.getExitStatus(),
        wire.getTimedOut(),
        wire.getOutput().toByteArray(),
        wire.getOutputBytes());
  }
}
