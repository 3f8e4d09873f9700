package io.vmfactory.configs.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A stopwatch for work in steps. The name of each step is given at the end of the step. For use by
 * one thread.
 */
public final class Laps {
  private final List<Lap> laps = new ArrayList<>();
  private long last = System.nanoTime();

  /** One step and how long it took. */
  public record Lap(String name, Duration span) {}

  /** Ends the current step, names it {@code name}, and begins the next one. */
  public void lap(String name) {
    long now = System.nanoTime();
    laps.add(new Lap(name, Duration.ofNanos(now - last)));
    last = now;
  }

  /** Returns the steps so far, in order. */
  public List<Lap> all() {
    return List.copyOf(laps);
  }
}
