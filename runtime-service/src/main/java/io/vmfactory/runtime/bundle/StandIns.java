package io.vmfactory.runtime.bundle;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.linux.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Path;

/** The processes that stand for containers, as engines name them. */
public final class StandIns {
  private StandIns() {}

  /** Returns the process that has the pid now. Throws {@link SandboxException} INVALID if none. */
  public static ProcessIdentity identity(int pid) {
    try {
      return ProcessIdentity.of(Path.of("/proc", Integer.toString(pid)));
    } catch (IOException e) {
      throw new SandboxException(
          Reason.INVALID, "stand_in is %d, but there is no such process".formatted(pid), e);
    }
  }
}
