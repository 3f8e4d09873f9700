package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import java.util.List;

/** The sandboxes of this host's sandbox_dir. */
final class LocalRuntime implements SandboxRuntime {
  private LocalRuntime() {}

  static LocalRuntime open(RuntimeSettings settings) {
    throw new UnsupportedOperationException(settings.toString());
  }

  @Override
  public Sandbox create(SandboxSpec spec, Deadline deadline) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Sandbox fetch(String id, Deadline deadline) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<SandboxStatus> list(Deadline deadline) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
