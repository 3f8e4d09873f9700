package io.vmfactory.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the calls that follow an action. */
class EffectsTest {
  private final Effects effects = new Effects();
  private final List<String> ran = new ArrayList<>();

  @Test
  void effectsRunInOrderAlsoThoseAddedMeanwhile() {
    effects.add(
        () -> {
          ran.add("first");
          effects.add(() -> ran.add("third"));
        });
    effects.add(() -> ran.add("second"));

    effects.drain(Runnable::run);

    assertThat(ran).containsExactly("first", "second", "third");
  }

  @Test
  void oneThatThrowsDoesNotStopTheOthersAndNoneIsSwallowed() {
    effects.add(() -> fail("a"));
    effects.add(() -> fail("b"));
    effects.add(() -> ran.add("last"));

    assertThatThrownBy(() -> effects.drain(Runnable::run))
        .hasMessage("a")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(ran).containsExactly("last");
  }

  private static void fail(String message) {
    throw new IllegalStateException(message);
  }
}
