package io.vmfactory.configs.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A stopwatch that is told at the end of each step what the step was. Confined to one thread. */
public final class Laps {
  private final List<Lap> laps = new ArrayList<>();
  private long last = System.nanoTime();

  /** One step and how long it took. */
  public record Lap(String name, Duration span) {}

  /** Ends the current step under {@code name} and begins the next. */
  public void lap(String name) {
    long now = System.nanoTime();
    laps.add(new Lap(name, Duration.ofNanos(now - last)));
    last = now;
  }

  /** The steps so far, in order. */
  public List<Lap> all() {
    return List.copyOf(laps);
  }
}
