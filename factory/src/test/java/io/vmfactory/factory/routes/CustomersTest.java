package io.vmfactory.factory.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.factory.app.SteppedScheduler;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CustomersTest {
  private final SteppedScheduler scheduler = new SteppedScheduler();
  private int holds;
  private int lifted;

  private Customers customers(int turns) {
    return new Customers(
        turns,
        () -> {
          holds++;
          return () -> lifted++;
        },
        scheduler);
  }

  /** The number of turns, and of customers at which refill does not yet pause. */
  @ParameterizedTest
  @CsvSource({"1, 0", "2, 0", "3, 0", "4, 1", "64, 31"})
  void refillingIsHeldBackWhileHalfOfTheTurnsHaveACustomer(int turns, int few) {
    Customers customers = customers(turns);
    List<Customers.Presence> present = new ArrayList<>();
    for (int i = 0; i < few; i++) {
      present.add(customers.enter());
    }
    assertThat(holds).isZero();

    Customers.Presence one = customers.enter();
    Customers.Presence another = customers.enter();
    assertThat(holds).isEqualTo(1);
    one.close();
    scheduler.step(Customers.LINGER);
    assertThat(lifted).isZero();
    another.close();
    scheduler.step(Customers.LINGER);
    assertThat(lifted).isEqualTo(1);
    present.forEach(Customers.Presence::close);
    assertThat(lifted).isEqualTo(holds).isEqualTo(1);
  }

  @Test
  void whoComesInTheMomentAfterFindsRefillingStillHeldBack() {
    Customers customers = customers(2);
    customers.enter().close();
    scheduler.step(Customers.LINGER.dividedBy(2));
    Customers.Presence next = customers.enter();
    scheduler.step(Customers.LINGER);
    assertThat(holds).isEqualTo(1);
    assertThat(lifted).isZero();
    next.close();
    scheduler.step(Customers.LINGER);
    assertThat(lifted).isEqualTo(1);
    assertThat(scheduler.waiting()).isZero();
  }
}
