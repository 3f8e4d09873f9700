package io.vmfactory.factory.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CustomersTest {
  private int holds;
  private int lifted;

  /** Turns, customers who may be served before refilling is held back. */
  @ParameterizedTest
  @CsvSource({"1, 0", "2, 0", "3, 0", "4, 1", "64, 31"})
  void refillingIsHeldBackWhileHalfOfTheTurnsHaveACustomer(int turns, int few) {
    Customers customers =
        new Customers(
            turns,
            () -> {
              holds++;
              return () -> lifted++;
            });
    List<Customers.Presence> present = new ArrayList<>();
    for (int i = 0; i < few; i++) {
      present.add(customers.enter());
    }
    assertThat(holds).isZero();

    Customers.Presence one = customers.enter();
    Customers.Presence another = customers.enter();
    assertThat(holds).isEqualTo(1);
    one.close();
    assertThat(lifted).isZero();
    another.close();
    assertThat(lifted).isEqualTo(1);
    present.forEach(Customers.Presence::close);
    assertThat(lifted).isEqualTo(holds).isEqualTo(1);
  }
}
