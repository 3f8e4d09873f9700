package io.vmfactory.runtime.verbs;

import io.vmfactory.api.runtime.v1.ExecProcessRequest;
import io.vmfactory.api.runtime.v1.ProcessChanges;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.runtime.bundle.EngineBundles;
import io.vmfactory.runtime.containers.ExecutedProcess;
import java.util.List;

/** What an engine asks to execute. */
final class ExecutedProcesses {
  private ExecutedProcesses() {}

  static ExecutedProcess of(ExecProcessRequest q) {
    if (q.hasChanges()) {
      return (container, deadline) -> changed(container.described(deadline), q.getChanges());
    }
    OciProcess process = EngineBundles.process(q.getProcessJson().toByteArray());
    return (container, deadline) -> process;
  }

  private static OciProcess changed(OciProcess first, ProcessChanges q) {
    OciProcess process =
        first
            .withArgs(q.getArgsList())
            .withTerminal(q.getTerminal())
            .withEnv(q.getEnvList())
            .withCapabilities(q.getCapabilitiesList());
    if (!q.getCwd().isEmpty()) {
      process = process.withCwd(q.getCwd());
    }
    if (q.hasUser()) {
      process = process.withUser(id(q.getUser().getUid()), id(q.getUser().getGid()), List.of());
    }
    if (q.getNoNewPrivileges()) {
      process = process.withNoNewPrivileges();
    }
    return process.withGroups(
        q.getAdditionalGidsList().stream().map(ExecutedProcesses::id).toList());
  }

  /** Returns an id of the wire, which is unsigned. */
  private static long id(int unsigned) {
    return Integer.toUnsignedLong(unsigned);
  }
}
