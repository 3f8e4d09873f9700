package io.vmfactory.client.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxStatus.State;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.configs.time.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the runtime of a service, whose sandboxes outlive it. */
class KeepingRuntimeTest {
  @TempDir private Path dir;
  private final FakeVms vms = new FakeVms();
  private SandboxStore store;

  @BeforeEach
  void open() {
    store = new SandboxStore(dir);
  }

  private LocalRuntime runtime() {
    return LocalRuntime.over(store, vms, () -> {}, true);
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private void started(String id) {
    try (SandboxRuntime runtime = runtime()) {
      Sandbox sandbox = runtime.create(SandboxSpec.defaults().withId(id), soon());
      sandbox.start(soon());
      sandbox.close();
    }
  }

  @Test
  void itsSandboxesOutliveIt() {
    started("s");
    assertThat(store.ids()).containsExactly("s");
    assertThat(vms.machine.calls).doesNotContain("end");
  }

  @Test
  void theNextOneTakesThemOverWithTheirVms() {
    started("s");
    try (SandboxRuntime next = runtime()) {
      Sandbox taken = next.takeOver("s", soon());
      assertThat(vms.takenOver).containsExactly("");
      assertThat(taken.status(soon()).state()).isEqualTo(State.RUNNING);
      assertThat(vms.machine.calls).doesNotContain("end");
      taken.stop(soon());
      assertThat(vms.machine.calls).contains("end");
    }
    assertThat(store.ids()).containsExactly("s");
  }

  @Test
  void whatHasNoVmCannotBeTakenOver() {
    try (SandboxRuntime runtime = runtime()) {
      runtime.create(SandboxSpec.defaults().withId("new"), soon());
      refused(Reason.WRONG_STATE, () -> runtime.takeOver("new", soon()));
      refused(Reason.NOT_FOUND, () -> runtime.takeOver("none", soon()));
      refused(Reason.INVALID, () -> runtime.takeOver("../new", soon()));
    }
    assertThat(vms.takenOver).isEmpty();
  }

  private static void refused(Reason reason, Runnable call) {
    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
