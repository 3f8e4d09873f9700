package io.vmfactory.factory.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.factory.app.Observed;
import io.vmfactory.factory.app.StockNews;
import io.vmfactory.factory.events.Events.Event;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.observe.Observer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class EventBusTest {
  private final Queue<Runnable> work = new ArrayDeque<>();
  private final EventBus bus = new EventBus(() -> Instant.EPOCH, work::add, Observer.NONE);
  private final List<Event> heard = new ArrayList<>();

  private void emit(int times) {
    for (int i = 0; i < times; i++) {
      bus.emit(Kind.FAILURE, "", "", "", "");
    }
  }

  private void work() {
    while (!work.isEmpty()) {
      work.remove().run();
    }
  }

  @Test
  void everyListenerHearsEverythingInOrderFromItsSubscriptionOn() {
    emit(1);
    bus.subscribe(event -> true, heard::add);
    List<Event> late = new ArrayList<>();
    emit(2);
    bus.subscribe(event -> true, late::add);
    emit(1);
    assertThat(heard).isEmpty();
    work();
    emit(1);
    work();
    assertThat(heard).extracting(Event::seq).containsExactly(2, 3, 4, 5);
    assertThat(late).extracting(Event::seq).containsExactly(4, 5);
  }

  @Test
  void anEventAfterTheListenersThreadHasEndedIsDropped() {
    EventBus closed =
        new EventBus(
            () -> Instant.EPOCH,
            task -> {
              throw new RejectedExecutionException("closed");
            },
            Observer.NONE);
    closed.subscribe(event -> true, heard::add);
    closed.emit(Kind.VM_DIED, "", "", "", "");
    closed.emit(Kind.VM_DIED, "", "", "", "");
    assertThat(heard).isEmpty();
  }

  @Test
  void aSlowListenerLosesTheOldestAndCanTell() {
    bus.subscribe(event -> true, heard::add);
    emit(EventBus.BACKLOG + 3);
    work();
    assertThat(heard)
        .extracting(Event::seq)
        .containsExactlyElementsOf(IntStream.rangeClosed(4, EventBus.BACKLOG + 3).boxed().toList());
  }

  @Test
  void aListenerThatIsGoneHearsNothingMore() {
    Events.Subscription place = bus.subscribe(event -> true, heard::add);
    emit(1);
    place.close();
    emit(1);
    work();
    assertThat(heard).isEmpty();
  }

  @Test
  void aListenerThatFailsDelaysNoOther() {
    bus.subscribe(
        event -> true,
        event -> {
          throw new IllegalStateException("broken");
        });
    bus.subscribe(event -> true, heard::add);
    emit(2);
    work();
    assertThat(heard).hasSize(2);
  }

  @Test
  void onlyTheLatestFailuresAreKeptNewestFirst() {
    Failures failures = new Failures(() -> Instant.EPOCH, bus, Observer.NONE);
    for (int i = 0; i < Failures.KEPT + 5; i++) {
      failures.record("step", "", "cause " + i);
    }
    assertThat(failures.all()).hasSize(Failures.KEPT);
    assertThat(failures.all().get(0).cause()).isEqualTo("cause " + (Failures.KEPT + 4));
  }

  @Test
  void aDeadlineIsAFailureOnlyWhenItIsTheDaemonsOwn() {
    Observed observed = new Observed();
    Failures failures = new Failures(() -> Instant.EPOCH, bus, observed);
    var late = new DeadlineExceededException("no answer from the monitor");
    failures.record("route WARM", "", late);
    assertThat(failures.all()).isEmpty();
    new StockNews(bus, failures).failed("examining a VM of the warm VMs", "id", late);
    assertThat(failures.all()).hasSize(1);
    assertThat(failures.all().get(0).cause()).isEqualTo("no answer from the monitor");
    assertThat(observed.lines)
        .containsExactly("trouble examining a VM of the warm VMs: no answer from the monitor");
  }
}
