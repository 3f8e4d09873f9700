package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.SnapshotRequest;
import io.vmfactory.factory.request.SuspendRequest;
import io.vmfactory.factory.request.TestPeers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the edges of each number and text of the calls that store, clone, pause and resume VMs. */
@Timeout(120)
final class SnapshotEdgesTest {
  private static final int MOST = 64 << 10;
  private static final int MOST_LABELS = 4 << 10;
  private static final Peer BERT = TestPeers.client(1002);
  private static final Peer ANNA = TestPeers.client(1001);

  @TempDir private Path root;
  private TestFactory factory;
  private LeaseId lease;

  @BeforeEach
  void start() {
    factory = new TestFactory(root, 40);
    factory.template(1, 256);
    lease = factory.cases.vms().get(ANNA, any(), soon()).requireLease().id();
  }

  @AfterEach
  void stop() {
    factory.close();
    assertThat(factory.folders()).isEmpty();
  }

  private void fork(int count, Duration ttl) {
    factory.cases.vms().fork(ANNA, new ForkRequest(lease, count, ttl, ""), soon());
  }

  private void suspend(Duration ttl) {
    factory.cases.pauses().suspend(ANNA, suspension(ttl, 0, 0), soon());
  }

  private void resume(Duration ttl) {
    factory.cases.pauses().resume(ANNA, lease, ttl, soon());
  }

  private SuspendRequest suspension(Duration ttl, int labels, int description) {
    return new SuspendRequest(lease, ttl, labels(labels), description(description));
  }

  private void snapshot(String name, int labels, int description) {
    SnapshotRequest request =
        new SnapshotRequest(lease, name, labels(labels), description(description), false);
    factory.cases.templates().snapshot(ANNA, request, soon());
  }

  /** Returns labels that have so many bytes. */
  private static SortedMap<String, String> labels(int bytes) {
    return bytes == 0 ? new TreeMap<>() : new TreeMap<>(Map.of("é", "x".repeat(bytes - 2)));
  }

  private static String description(int bytes) {
    return Base64.getEncoder().encodeToString(new byte[bytes]);
  }

  private static void refused(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private void assertUntouched() {
    assertThat(factory.status().vms()).hasSize(1);
    assertThat(factory.status().suspended()).isEmpty();
  }

  static Stream<Duration> notTimes() {
    return Stream.of(
        Duration.ZERO,
        Duration.ofNanos(-1),
        Duration.ofSeconds(1).minusNanos(1),
        Duration.ofSeconds(Long.MIN_VALUE),
        Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));
  }

  @ParameterizedTest
  @MethodSource("notTimes")
  void aTermOutOfRangeChangesNothing(Duration ttl) {
    refused(Reason.INVALID, () -> fork(1, ttl));
    refused(Reason.INVALID, () -> suspend(ttl));
    refused(Reason.INVALID, () -> resume(ttl));
    assertUntouched();
    suspend(null);
    refused(Reason.INVALID, () -> resume(ttl));
    assertThat(factory.status().suspended()).hasSize(1);
    resume(Duration.ofSeconds(1));
  }

  @Test
  void theShortestTermIsASecond() {
    fork(1, Duration.ofSeconds(1));
    suspend(Duration.ofSeconds(1));
    resume(Duration.ofSeconds(1));
    factory.pass(Duration.ofSeconds(1));
    assertThat(factory.status().vms()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 33, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void aNumberOfClonesOutOfRangeChangesNothing(int count) {
    refused(Reason.INVALID, () -> fork(count, null));
    assertUntouched();
  }

  @Test
  void thirtyTwoClonesAreTheMost() {
    fork(32, null);
    assertThat(factory.status().vms()).hasSize(33);
    refused(Reason.EXHAUSTED, () -> fork(8, null));
    assertThat(factory.status().vms()).hasSize(33);
  }

  @Test
  void labelsAndDescriptionHave64KiBTogether() {
    for (int labels : new int[] {0, 3, MOST_LABELS}) {
      snapshot("a", labels, MOST - labels);
      refused(Reason.INVALID, () -> snapshot("a", labels, MOST - labels + 1));
      refused(
          Reason.INVALID,
          () ->
              factory
                  .cases
                  .pauses()
                  .suspend(ANNA, suspension(null, labels, MOST - labels + 1), soon()));
      assertUntouched();
      factory.cases.pauses().suspend(ANNA, suspension(null, labels, MOST - labels), soon());
      resume(null);
    }
  }

  @Test
  void labelsAloneHave4KiB() {
    refused(Reason.INVALID, () -> snapshot("a", MOST_LABELS + 1, 0));
    refused(
        Reason.INVALID,
        () -> factory.cases.pauses().suspend(ANNA, suspension(null, MOST_LABELS + 1, 0), soon()));
    assertUntouched();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "deadbee", "deadbeefx", "a.b_c-d"})
  void aNameOfAnyKindIsKept(String name) {
    snapshot(name, 0, 0);
    snapshot("x".repeat(63), 0, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "-a", "a:1", "a/b", "..", "deadbeef", "a\n", "a\0", "ä", " "})
  void whatIsNoNameChangesNothing(String name) {
    refused(Reason.INVALID, () -> snapshot(name, 0, 0));
    refused(Reason.INVALID, () -> snapshot("x".repeat(64), 0, 0));
    assertThat(factory.cases.templates().list(ANNA)).allMatch(one -> one.name().isEmpty());
  }

  @Test
  void forOtherUsersTheLeaseDoesNotExistInAnyOfTheCalls() {
    List<ThrowingCallable> calls =
        List.of(
            () -> factory.cases.vms().fork(BERT, new ForkRequest(lease, 1, null, ""), soon()),
            () -> factory.cases.pauses().pause(BERT, lease, soon()),
            () -> factory.cases.pauses().resume(BERT, lease, null, soon()),
            () -> factory.cases.pauses().suspend(BERT, suspension(null, 0, 0), soon()),
            () ->
                factory
                    .cases
                    .templates()
                    .snapshot(
                        BERT,
                        new SnapshotRequest(lease, "a", labels(0), description(0), false),
                        soon()));
    calls.forEach(call -> refused(Reason.NOT_FOUND, call));
    assertUntouched();
    suspend(null);
    calls.forEach(call -> refused(Reason.NOT_FOUND, call));
    assertThat(factory.status().suspended()).hasSize(1);
  }

  /** Whatever two clients do at once with one lease, it is leased or suspended afterwards. */
  @RepeatedTest(20)
  void twoClientsAtOnceLoseNothing() {
    List<Supplier<Object>> calls =
        List.of(
            () -> factory.cases.pauses().suspend(ANNA, suspension(null, 0, 0), soon()),
            () -> factory.cases.pauses().resume(ANNA, lease, null, soon()),
            () -> factory.cases.pauses().pause(ANNA, lease, soon()),
            () -> factory.cases.vms().renew(ANNA, lease, null),
            () -> factory.cases.vms().fork(ANNA, new ForkRequest(lease, 1, null, ""), soon()));
    for (Supplier<Object> one : calls) {
      for (Supplier<Object> other : calls) {
        CompletableFuture<Void> beside = CompletableFuture.runAsync(() -> quietly(other));
        quietly(one);
        soon().await(beside, "the other call");
        long leased =
            factory.status().leases().stream().filter(it -> it.id().equals(lease)).count();
        long suspended = factory.status().suspended().size();
        assertThat(leased + suspended).isEqualTo(1);
        resume(null);
        factory.status().leases().stream()
            .filter(it -> !it.id().equals(lease))
            .forEach(fork -> factory.cases.vms().release(ANNA, fork.id()));
        assertUntouched();
      }
    }
  }

  private static void quietly(Supplier<Object> call) {
    try {
      Object unused = call.get();
    } catch (RequestException e) {
      assertThat(e.reason())
          .isIn(Reason.NOT_POSSIBLE, Reason.NOT_YET, Reason.NOT_FOUND, Reason.EXHAUSTED);
    }
  }
}
