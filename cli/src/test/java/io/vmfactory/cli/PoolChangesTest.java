package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.api.v1.Event;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PoolChangesTest {
  private final PoolChanges changes = new PoolChanges();

  private void tell(int seq, Event.Kind kind) {
    changes.accept(Event.newBuilder().setSeq(seq).setKind(kind).build());
  }

  private CompletableFuture<Void> next() {
    return changes.next().toCompletableFuture();
  }

  @Test
  void onlyWhatConcernsPoolsIsAChange() {
    CompletableFuture<Void> change = next();
    tell(7, Event.Kind.VM_LEASED);
    tell(8, Event.Kind.LEASE_RELEASED);
    assertThat(change).isNotDone();

    tell(9, Event.Kind.POOL_FILLED);
    assertThat(change).isCompleted();
    assertThat(next()).isNotDone();
  }

  @Test
  void eventsThatWereMissedMayHaveBeenOne() {
    CompletableFuture<Void> change = next();
    tell(7, Event.Kind.VM_LEASED);
    tell(9, Event.Kind.VM_LEASED);

    assertThat(change).isCompleted();
  }

  @Test
  void aChangeBetweenAskingForItAndWaitingIsNotMissed() {
    CompletableFuture<Void> change = next();
    tell(1, Event.Kind.POOL_DRAINED);
    tell(2, Event.Kind.POOL_RESIZED);

    assertThat(change).isCompleted();
  }

  @Test
  void theEndOfTheEventsReachesAll() {
    CompletableFuture<Void> change = next();
    changes.over();

    assertThat(change).isCompletedExceptionally();
    assertThat(next()).isCompletedExceptionally();
  }
}
