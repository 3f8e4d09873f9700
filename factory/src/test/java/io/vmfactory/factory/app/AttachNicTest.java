package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.app.Attachments.NicRequest;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.TestPeers;
import io.vmfactory.linux.TestNamespace;
import io.vmfactory.vmm.NicPlace;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AttachNicTest {
  private static final int NOBODY = 65534;

  private final TestNamespace namespace = TestNamespace.make();
  private TestFactory factory;
  private LeaseId lease;

  @BeforeEach
  void start(@TempDir Path root) {
    factory = new TestFactory(root);
    factory.template(1, 256);
    lease = factory.get(any()).lease().id();
  }

  @AfterEach
  void stop() {
    factory.close();
    namespace.close();
  }

  private NicPlace attach(LeaseId leaseId, String path, Peer peer) {
    NicRequest request = new NicRequest(leaseId, path, "web0", peer);
    return factory.cases.attachments().attachNic(request, soon());
  }

  private static void refuses(Reason reason, String words, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(words);
  }

  @Test
  void aLeasedVmGetsAsManyAsItHasSlots() {
    String path = namespace.path().toString();
    assertThat(attach(lease, path, TestPeers.root()).name()).isEqualTo("web0");
    assertThatThrownBy(() -> attach(lease, path, TestPeers.root()))
        .isInstanceOfSatisfying(
            VmmException.class,
            e -> assertThat(e.reason()).isEqualTo(VmmException.Reason.RESOURCES));
  }

  @Test
  void aSlotThatIsDetachedIsFreeAgain() {
    String path = namespace.path().toString();
    attach(lease, path, TestPeers.root());
    assertThat(detach(path, "web0", TestPeers.root()).guestDevice()).isEqualTo("eth0");
    refuses(Reason.NOT_FOUND, "web0", () -> detach(path, "web0", TestPeers.root()));
    assertThat(attach(lease, path, TestPeers.root()).name()).isEqualTo("web0");
    refuses(Reason.INVALID, "/dev/null", () -> detach("/dev/null", "web0", TestPeers.root()));
    refuses(Reason.NOT_FOUND, "lease", () -> detach(path, "web0", TestPeers.nobody()));
  }

  private NicPlace detach(String path, String name, Peer peer) {
    NicRequest request = new NicRequest(lease, path, name, peer);
    return factory.cases.attachments().detachNic(request, soon());
  }

  @Test
  void whoIsNotTrustedHasItOnlyWhereHeCouldPutAnInterfaceHimself() {
    String roots = namespace.path().toString();
    lease = factory.cases.vms().get(TestPeers.nobody(), any(), soon()).lease().id();
    refuses(Reason.FORBIDDEN, "uid 65534", () -> attach(lease, roots, TestPeers.nobody()));
    String daemons = "/proc/%d/ns/net".formatted(ProcessHandle.current().pid());
    refuses(Reason.FORBIDDEN, "uid 65534", () -> attach(lease, daemons, TestPeers.nobody()));
    try (TestNamespace own = TestNamespace.makeOf(NOBODY)) {
      assertThat(attach(lease, own.path().toString(), TestPeers.nobody()).guestDevice())
          .isEqualTo("eth0");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "run/netns/web",
        "/nonexistent",
        "/dev/null",
        "/proc/self/ns/mnt",
        "/proc/self/ns/net",
        "a\0b"
      })
  void whatIsNoNamespaceIsRefused(String path) {
    refuses(Reason.INVALID, path, () -> attach(lease, path, TestPeers.root()));
  }

  @Test
  void aLeaseThatIsNotThereHasNone() {
    refuses(
        Reason.NOT_FOUND,
        "lease",
        () -> attach(new LeaseId("none"), namespace.path().toString(), TestPeers.root()));
  }
}
