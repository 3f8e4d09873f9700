package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.app.Attachments.GrowRequest;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GrowVmTest {
  private TestFactory factory;
  private LeaseId lease;
  private VmId vm;

  @BeforeEach
  void start(@TempDir Path root) {
    factory = new TestFactory(root);
    factory.template(1, 256);
    var granted = factory.get(any());
    lease = granted.lease().id();
    vm = granted.vm().identity().id();
  }

  @AfterEach
  void stop() {
    factory.close();
  }

  private VmView grow(@Nullable Integer vcpus, @Nullable Integer memoryMib) {
    GrowRequest request = new GrowRequest(lease, vcpus, memoryMib, Peer.daemon());
    return factory.cases.attachments().grow(request, soon());
  }

  private static void refuses(Reason reason, String words, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(words);
  }

  @Test
  void aVmGetsWhatItLacksAndTheGuestUsesIt() {
    assertThat(grow(2, 300).sizing()).isEqualTo(new Sizing(2, 384));
    assertThat(factory.agents.calls(vm)).endsWith("online 2 RUNNING");
    assertThat(factory.status().vms().get(0).sizing()).isEqualTo(new Sizing(2, 384));
  }

  @Test
  void aVmNeverGetsLess() {
    grow(2, 384);
    assertThat(grow(1, 256).sizing()).isEqualTo(new Sizing(2, 384));
    assertThat(grow(null, null).sizing()).isEqualTo(new Sizing(2, 384));
  }

  @Test
  void theSameRequestAgainAddsNothingAlsoAtTheNextDaemon() {
    grow(2, 384);
    factory = factory.successor(Duration.ZERO);
    assertThat(factory.status().vms().get(0).sizing()).isEqualTo(new Sizing(2, 384));
    assertThat(grow(2, 384).sizing()).isEqualTo(new Sizing(2, 384));
  }

  @Test
  void whatCannotBeIsRefusedAndTheVmStaysAsItWas() {
    refuses(Reason.INVALID, "default_maxmemory", () -> grow(null, 1 << 20));
    refuses(Reason.INVALID, "default_maxvcpus", () -> grow(1000, null));
    factory.available(100);
    refuses(Reason.EXHAUSTED, "memory", () -> grow(null, 512));
    factory.available(1 << 20);
    factory.cases.pauses().pause(Peer.daemon(), lease, soon());
    refuses(Reason.NOT_POSSIBLE, "paused", () -> grow(2, null));
    factory.cases.pauses().resume(Peer.daemon(), lease, null, soon());
    assertThat(grow(null, null).sizing()).isEqualTo(new Sizing(1, 256));
    lease = new LeaseId("none");
    refuses(Reason.NOT_FOUND, "lease", () -> grow(2, null));
  }

  @Test
  void afterAFailureTheSameRequestAddsWhatIsLacking() {
    factory
        .hypervisor
        .script()
        .failAt(Step.PLUG, new VmmException(VmmException.Reason.FAILED, "no"));
    assertThatThrownBy(() -> grow(2, 384)).hasMessageContaining("no");
    assertThat(factory.status().vms().get(0).sizing()).isEqualTo(new Sizing(1, 256));
    factory.hypervisor.script().heal();
    assertThat(grow(2, 384).sizing()).isEqualTo(new Sizing(2, 384));
  }
}
