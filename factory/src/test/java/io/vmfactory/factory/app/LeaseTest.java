package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.events.Events.Event;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmPhase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LeaseTest {
  private static final Duration TTL = TestFactory.TTL;
  private static final Duration MOMENT = Duration.ofMillis(1);

  private TestFactory factory;

  @BeforeEach
  void start(@TempDir Path root) {
    factory = new TestFactory(root);
    factory.template(1, 256);
  }

  @AfterEach
  void stop() {
    factory.close();
  }

  @Test
  void aLeaseThatIsNotRenewedEndsWithItsVmWhenItIsDueAndNotBefore() {
    GrantedVm granted = factory.get(any());
    assertThat(granted.lease().expiresAt()).isEqualTo(factory.now().plus(TTL));
    factory.pass(TTL.minus(MOMENT));
    assertThat(phase(granted)).isEqualTo(VmPhase.RUNNING);
    factory.pass(MOMENT);
    factory.assertNothingLeft();
    assertThat(factory.kinds()).containsExactly(Kind.VM_LEASED, Kind.LEASE_EXPIRED);
    notFound(() -> renew(granted, null));
    notFound(() -> release(granted));
  }

  @Test
  void aRenewalCountsFromNowAndKeepsTheTermUnlessAnotherIsGiven() {
    GrantedVm granted = factory.get(any());
    factory.pass(TTL.minus(MOMENT));
    Lease same = renew(granted, null);
    assertThat(same.ttl()).isEqualTo(TTL);
    assertThat(same.expiresAt()).isEqualTo(factory.now().plus(TTL));
    assertThat(factory.status().leases()).containsExactly(same);
    Lease shorter = renew(granted, Duration.ofSeconds(5));
    assertThat(shorter.ttl()).isEqualTo(Duration.ofSeconds(5));
    factory.pass(Duration.ofSeconds(5).minus(MOMENT));
    assertThat(phase(granted)).isEqualTo(VmPhase.RUNNING);
    factory.pass(MOMENT);
    factory.assertNothingLeft();
  }

  @Test
  void aTermOutOfRangeIsRefusedAndTheLeaseStays() {
    GrantedVm granted = factory.get(any());
    for (Duration absurd : List.of(Duration.ZERO, Duration.ofHours(-1), Duration.ofHours(2))) {
      assertThatThrownBy(() -> renew(granted, absurd)).hasMessageContaining("must be 1s..1h");
    }
    assertThat(factory.status().leases()).containsExactly(granted.lease());
  }

  @Test
  void aReleasedVmIsGoneWhenTheAnswerComes() {
    GrantedVm granted = factory.get(any());
    assertThat(release(granted)).isEqualTo(granted.vm().identity().id().value());
    factory.assertNothingLeft();
    assertThat(factory.kinds()).containsExactly(Kind.VM_LEASED, Kind.LEASE_RELEASED);
    notFound(() -> release(granted));
  }

  @Test
  void aCancelledReleaseStillEndsTheVm() {
    GrantedVm granted = factory.get(any());
    Thread.currentThread().interrupt();
    release(granted);
    assertThat(Thread.interrupted()).isTrue();
    factory.assertNothingLeft();
  }

  @Test
  void aVmThatEndsByItselfEndsItsLeaseAtOnceWithItsLastWords() {
    GrantedVm granted = factory.get(any());
    factory.hypervisor.vm(granted.vm().identity().id()).exit(new VmExit(-1, 11, "oops"));
    factory.assertNothingLeft();
    assertThat(factory.kinds()).containsExactly(Kind.VM_LEASED, Kind.VM_DIED, Kind.FAILURE);
    Event died = factory.events.get(1);
    assertThat(died.detail()).isEqualTo("signal 11: oops");
    assertThat(died.leaseId()).isEqualTo(granted.lease().id().value());
    assertThat(factory.status().failures().get(0).cause()).contains("signal 11: oops");
    notFound(() -> renew(granted, null));
  }

  /** Each side goes first in some of the runs. Whichever wins, the books and the VM agree. */
  @RepeatedTest(60)
  void aRenewalThatRacesTheExpiryEitherKeepsTheVmOrIsRefused(RepetitionInfo run) throws Exception {
    GrantedVm granted = factory.get(any());
    factory.pass(TTL.minus(MOMENT));
    Random random = new Random(run.getCurrentRepetition());
    CyclicBarrier start = new CyclicBarrier(2);
    CompletableFuture<Lease> renewal =
        CompletableFuture.supplyAsync(
            () -> {
              spinAfter(start, random.nextInt(2000));
              return renew(granted, null);
            });
    spinAfter(start, random.nextInt(2000));
    factory.pass(MOMENT);
    boolean renewed =
        soon().await(renewal.handle((lease, refused) -> refused == null), "the renewal");
    if (renewed) {
      assertThat(phase(granted)).isEqualTo(VmPhase.RUNNING);
      assertThat(factory.status().leases()).hasSize(1);
      assertThat(factory.kinds()).containsExactly(Kind.VM_LEASED, Kind.LEASE_RENEWED);
      factory.pass(TTL);
    }
    factory.assertNothingLeft();
    assertThat(factory.kinds()).endsWith(Kind.LEASE_EXPIRED);
  }

  private static void spinAfter(CyclicBarrier start, int rounds) {
    try {
      start.await();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    for (int i = 0; i < rounds; i++) {
      Thread.onSpinWait();
    }
  }

  @Test
  void theJournalTellsTheLeaseAndEachRenewal() throws Exception {
    GrantedVm granted = factory.get(any());
    Journal journal = new Journal();
    VmRecord record = journal.read(granted.vm().folder()).orElseThrow();
    assertThat(record.state()).isEqualTo(VmRecord.State.LEASED);
    assertThat(record.id()).isEqualTo(granted.vm().identity().id().value());
    assertThat(record.process().pid()).isEqualTo(granted.vm().identity().pid());
    assertThat(record.hostname()).isEqualTo(granted.vm().hostname());
    assertThat(record.templateKey()).isEqualTo(granted.vm().templateKey());
    assertThat(record.lease().id()).isEqualTo(granted.lease().id().value());
    assertThat(record.lease().expiresAt()).isEqualTo(granted.lease().expiresAt().toString());
    assertThat(Files.getPosixFilePermissions(granted.vm().folder().record()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    factory.pass(Duration.ofSeconds(7));
    Lease renewed = renew(granted, null);
    assertThat(journal.read(granted.vm().folder()).orElseThrow().lease().expiresAt())
        .isEqualTo(renewed.expiresAt().toString());
  }

  @Test
  void aRenewalThatCannotBeJournalledChangesNothing() throws Exception {
    GrantedVm granted = factory.get(any());
    Path inTheWay = granted.vm().folder().path().resolve("vm.json.tmp");
    Files.delete(inTheWay);
    Files.createDirectories(inTheWay.resolve("full"));
    assertThatThrownBy(() -> renew(granted, Duration.ofMinutes(10)))
        .hasMessageContaining("vm.json");
    assertThat(factory.status().leases()).containsExactly(granted.lease());
    factory.pass(TTL);
    factory.assertNothingLeft();
  }

  private VmPhase phase(GrantedVm granted) {
    return factory.hypervisor.vm(granted.vm().identity().id()).phase();
  }

  private Lease renew(GrantedVm granted, Duration ttl) {
    return factory.cases.vms().renew(Peer.daemon(), granted.lease().id(), ttl);
  }

  private String release(GrantedVm granted) {
    return factory.cases.vms().release(Peer.daemon(), granted.lease().id()).value();
  }

  private static void notFound(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND));
  }
}
